// forms: bundle path:handlebars/dist/handlebars.js path:handlebars/dist/handlebars.min.js
import Handlebars from 'handlebars';

export default function run(say) {
  const render = (text, data, options) => say(Handlebars.compile(text, options)(data));
  render('Hello {{name}}! {{{raw}}} {{raw}}', { name: 'Ann & Bob', raw: '<b>é😀</b>' });
  render('{{#each list}}{{@index}}/{{@first}}/{{@last}}:{{this.n}};{{else}}none{{/each}}', { list: [{ n: 1 }, { n: 2 }] });
  render('{{#each list}}x{{else}}none{{/each}}', { list: [] });
  render('{{#each map}}{{@key}}={{this}} {{/each}}', { map: { a: 1, b: 2 } });
  render('{{#if a}}A{{else if b}}B{{else}}C{{/if}}{{#unless a}}U{{/unless}}', { a: false, b: 1 });
  render('{{#with person}}{{first}} {{last}} {{../title}}{{/with}}', { title: 'Dr', person: { first: 'A', last: 'B' } });
  render('{{a.b.c}} {{a/b/c}} {{a.[odd key]}} {{lookup list 1}}', { a: { b: { c: 5 }, 'odd key': 6 }, list: ['x', 'y'] });
  Handlebars.registerHelper('loud', (s, options) => `${String(s).toUpperCase()}${options.hash.mark || ''}`);
  Handlebars.registerHelper('list', function (items, options) { return `<ul>${items.map((i) => `<li>${options.fn(i)}</li>`).join('')}</ul>`; });
  Handlebars.registerHelper('link', (t, u) => new Handlebars.SafeString(`<a href="${Handlebars.escapeExpression(u)}">${t}</a>`));
  render('{{loud name mark="!"}} {{loud (loud name)}} {{#list people}}{{n}}{{/list}} {{link "t" "a&b"}}', { name: 'ann', people: [{ n: 1 }, { n: 2 }] });
  Handlebars.registerPartial('row', '<{{tag}}>{{> @partial-block}}</{{tag}}>');
  render('{{#> row tag="td"}}in {{n}}{{/row}}', { n: 4 });
  render('  {{~#if x~}}  trimmed  {{~/if~}}  |{{! comment }}{{!-- more --}}', { x: 1 });
  render('{{#each a as |x i|}}{{i}}{{x}}{{#each ../b as |y|}}{{y}}{{x}}{{/each}}{{/each}}', { a: [1, 2], b: ['p'] });
  render('\\{{escaped}} {{missing}} {{nested.missing.deep}}', {});
  say(Handlebars.precompile('{{a}}').length > 100);
  try {
    Handlebars.compile('{{#if}}')({});
  } catch (e) {
    say(e.message.split('\n')[0]);
  }
  try {
    Handlebars.compile('{{#each a}}{{/if}}')({});
  } catch (e) {
    say(e.message.split('\n')[0]);
  }
  try {
    Handlebars.compile('{{nope 1}}')({});
  } catch (e) {
    say(e.message);
  }
}
