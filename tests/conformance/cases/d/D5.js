// D5 names may not contain the separator of groups
throws(() => check(5, { 'a::b': true }), "may not contain '::'");
throws(() => group('a::b', () => {}), "may not contain '::'");
