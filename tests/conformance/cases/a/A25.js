// A25 a rejection without a handler
// record: error /^Uncaught \(in promise\) strrej/
Promise.reject('strrej');
