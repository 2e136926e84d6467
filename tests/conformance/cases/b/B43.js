// B43 what the library does not have
equal(typeof Promise.withResolvers, 'undefined');
equal(typeof Object.groupBy, 'undefined');
equal(typeof Array.fromAsync, 'undefined');
equal(typeof Set.prototype.union, 'undefined');
equal(typeof Symbol.asyncIterator, 'symbol');
