// B35 no extension is guessed
// mode: file
// exit: 107
// output: The moduleSpecifier "./m" couldn't be found on local disk
import { v } from './m';
export default function () {}
//// m.ts
export const v = 1;
