// G2 selectors that are none
const doc = parseHTML('<ul><li>1<li>2</ul>');
equal(doc.find('li[').size(), 0);
equal(doc.find('li:first').size(), 0);
throws(() => doc.find(5), 'invalid argument');
