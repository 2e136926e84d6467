const f = async (a = (() => { throw 'bad' })()) => a; f().catch(e => print('rejected', e)); const g = async ({ x }) => x; g().catch(e => print(e instanceof TypeError));
