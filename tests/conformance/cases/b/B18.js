// B18 require and import give the same object
// mode: init
equal(require('k6/http'), http);
equal(require('k6/http'), require('k6/http'));
