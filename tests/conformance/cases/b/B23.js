// B23 open is relative to the module being evaluated
import { text } from './sub/o.js';
equal(text, 'sub data');
//// sub/o.js
export const text = open('./data.txt').trim();
//// sub/data.txt
sub data
