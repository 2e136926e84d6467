// G6 slice
const li = parseHTML('<ul><li>1<li>2<li>3</ul>').find('li');
equal(li.slice(0, 10).size(), 3);
equal(li.slice(5).size(), 0);
equal(li.slice(-2).text(), '23');
