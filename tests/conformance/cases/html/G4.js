// G4 each
const seen = [];
parseHTML('<ul><li>1<li>2</ul>').find('li').each((i, e) => { seen.push(i + e.textContent()); return false; });
same(seen, ['01', '12']);
throws(() => parseHTML('<p>').find('p').each(() => { throw new Error('x'); }), 'the function passed to each() failed');
