// D8 groups nest
const inner = group('g', () => group('h', () => exec.vu.tags.group));
equal(inner, '::g::h');
equal(exec.vu.tags.group, '');
throws(() => group('g', () => { throw new Error('out'); }), 'Error: out');
equal(exec.vu.tags.group, '');
