// G8 data
const p = parseHTML('<p data-f="101.00" data-foo-bar="5" data-url-id="u">').find('p');
equal(p.data('f'), '101.00');
equal(p.data('fooBar'), 5);
equal(p.data('foo-bar'), 5);
same(Object.keys(p.data()).sort(), ['f', 'fooBar', 'urlID']);
