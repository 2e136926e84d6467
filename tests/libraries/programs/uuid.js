// forms: bundle
import { v1, v3, v4, v5, v6, v7, parse, stringify, validate, version, NIL, MAX } from 'uuid';

export default function run(say) {
  say(v5('hello.example.com', v5.DNS), v5('http://example.com/hello', v5.URL), v3('hello.example.com', v3.DNS));
  say(v5('é😀', '1b671a64-40d5-491e-99b0-da01ff1f3341'));
  const random = Uint8Array.of(0x10, 0x91, 0x56, 0xbe, 0xc4, 0xfb, 0xc1, 0xea, 0x71, 0xb4, 0xef, 0xe1, 0x67, 0x1c, 0x58, 0x36);
  say(v4({ random }), v1({ node: Uint8Array.of(1, 2, 3, 4, 5, 6), clockseq: 0x1234, msecs: 1700000000000, nsecs: 5678 }));
  say(v6({ node: Uint8Array.of(1, 2, 3, 4, 5, 6), clockseq: 0x1234, msecs: 1700000000000, nsecs: 5678 }), v7({ random, msecs: 1700000000000, seq: 0x12345 }));
  const made = new Set();
  for (let i = 0; i < 200; i++) made.add(v4());
  say(made.size, [...made].every((id) => validate(id) && version(id) === 4));
  say(validate(v7()), version(v7()), validate(v1()), validate('not a UUID'), NIL, MAX);
  say(Array.from(parse('6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b')).join(), stringify(parse('6EC0BD7F-11C0-43DA-975E-2A8AD9EBAE0B')));
  try {
    parse('x');
  } catch (e) {
    say(e.name, e.message);
  }
}
