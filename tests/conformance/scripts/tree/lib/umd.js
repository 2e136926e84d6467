(function (root, factory) {
  if (typeof define === 'function' && define.amd) define([], factory);
  else if (typeof module === 'object' && module.exports) module.exports = factory();
  else root.umd = factory();
})(typeof self !== 'undefined' ? self : this, function () {
  return { make: function (n) { return Array.apply(null, { length: n }).map(function (_, i) { return i; }); } };
});
