// G1 text, html, attr
const doc = parseHTML('<h1 id="t">Hi <b>you</b></h1>');
equal(doc.find('h1').text(), 'Hi you');
equal(doc.find('h1').html(), 'Hi <b>you</b>');
equal(doc.find('p').text(), '');
equal(doc.find('p').html(), '');
equal(doc.find('p').attr('x'), undefined);
equal(doc.find('p').attr('x', 'D'), 'D');
