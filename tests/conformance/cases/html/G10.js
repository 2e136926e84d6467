// G10 links
const doc = parseHTML('<a href="http://h.test/p?q#f" rel="x y">1</a><a href="rel">2</a>');
const a = doc.find('a').get(0);
equal(a.protocol(), 'http');
equal(a.hash(), '#f');
same(a.relList(), ['x', 'y']);
equal(doc.find('a').get(1).host(), '');
