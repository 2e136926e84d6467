// G3 eq and get
const li = parseHTML('<ul><li>1<li>2<li>3</ul>').find('li');
equal(li.eq(-1).text(), '3');
equal(li.get(9), undefined);
equal(li.get(-1).textContent(), '3');
