// B9 a module that moved to an extension
// mode: file
// exit: 107
// output: /GoError.*k6\/x\/redis/
import redis from 'k6/experimental/redis';
export default function () {}
