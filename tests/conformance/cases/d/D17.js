// D17 metrics belong to the init context
throws(() => new Counter('late'), 'GoError: metrics must be declared in the init context');
