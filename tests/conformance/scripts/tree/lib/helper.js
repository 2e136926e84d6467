// Requires the module that requires it: it sees what is there so far.
var legacy = require('./legacy.js');
exports.prefix = legacy.version === undefined ? 'helped ' : 'too late ';
