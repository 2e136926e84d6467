// G11 the method of a form
const doc = parseHTML('<form method="POST"><input name=a></form>');
equal(doc.find('form').get(0).method(), 'get');
equal(doc.find('input').get(0).formMethod(), 'post');
equal(parseHTML('<form method="post">').find('form').get(0).method(), 'post');
