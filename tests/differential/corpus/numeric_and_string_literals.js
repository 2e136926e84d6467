print(0b101, 0o17, 0xFF, 1_000_000, .5, 5., 1e3, 0xdead_beef, 1_0.0_1, '\u{1F600}'.length, "line\
cont", 'a\0b'.length, '\b\t\v'.length, `a
b`.length, '\u2028'.length, -0 === 0, Object.is(-0, 0), 0.1 + 0.2, 1 / 3, 1e21, 1e-7, 123456789012345680000)
