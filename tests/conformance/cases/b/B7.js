// B7 a bare specifier
// mode: file
// exit: 107
// output: couldn't be recognised as something k6 supports
import _ from 'lodash';
export default function () {}
