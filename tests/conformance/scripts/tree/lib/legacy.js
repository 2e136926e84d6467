var helper = require('./helper.js');
exports.version = '1.2';
exports.helper = function (n) { return helper.prefix + (n * 2); };
exports.self = function () { return module.exports; };
