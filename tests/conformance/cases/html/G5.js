// G5 map leaves out what throws
same(parseHTML('<ul><li>1<li>2<li>3</ul>').find('li').map((i, s) => { if (i == 1) throw 1; return i; }), [0, 2]);
