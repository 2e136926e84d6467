// forms: bundle path:papaparse/papaparse.js path:papaparse/papaparse.min.js
import Papa from 'papaparse';

const text = 'name,age,note\r\n"Ann ""A""",36,"multi\nline"\r\nBob,,"a,b"\r\n\r\nCéline 😀,1e3,last';

export default function run(say) {
  const show = (name, value) => say(`${name} ${JSON.stringify(value)}`);
  show('plain', Papa.parse(text).data);
  show('header', Papa.parse(text, { header: true, dynamicTyping: true, skipEmptyLines: true }));
  show('meta', Papa.parse('a;b;c\n1;2;3\n').meta);
  show('delimiter', Papa.parse('a\tb\n1\t2').data);
  show('errors', Papa.parse('a,b\n1,"2\n3,4', { header: true }).errors);
  show('fields', Papa.parse('a,b\n1,2,3\n4', { header: true }));
  show('comments', Papa.parse('#c\na,b\n#d\n1,2', { comments: '#' }).data);
  show('transform', Papa.parse('A,B\n1,2', { header: true, transformHeader: (h) => h.toLowerCase(), transform: (v, c) => `${c}:${v}` }).data);
  show('preview', Papa.parse('1\n2\n3\n4', { preview: 2 }).data);
  const rows = [];
  Papa.parse('x,y\n1,2\n3,4', { header: true, step: (result) => rows.push(result.data) });
  show('step', rows);
  show('unparse', Papa.unparse([{ a: 1, b: 'x,"y"' }, { a: null, b: 'é\n' }]));
  show('unparse fields', Papa.unparse({ fields: ['c', 'd'], data: [[1, 2], [3, '=4']] }, { quotes: true, delimiter: ';', escapeFormulae: true }));
  let big = 'id,name,email\n';
  for (let i = 0; i < 500; i++) big += `${i},user ${i},"u${i}@example.com"\n`;
  const parsed = Papa.parse(big, { header: true, skipEmptyLines: true });
  show('big', [parsed.data.length, parsed.data[499], parsed.errors.length]);
}
