// G12 no child
const p = parseHTML('<p></p>').find('p').get(0);
equal(p.firstChild(), undefined);
equal(p.lastChild(), undefined);
equal(p.nextSibling(), undefined);
equal(p.previousSibling(), undefined);
