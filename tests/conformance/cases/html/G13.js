// G13 what the parser drops and adds
equal(parseHTML('<td>x</td>').find('td').size(), 0);
equal(parseHTML('').html(), '<html><head></head><body></body></html>');
