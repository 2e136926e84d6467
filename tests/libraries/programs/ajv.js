// forms: bundle
import Ajv from 'ajv';

const schema = {
  type: 'object',
  properties: {
    id: { type: 'integer', minimum: 1 },
    name: { type: 'string', minLength: 2, pattern: '^[a-z]+$' },
    tags: { type: 'array', items: { enum: ['x', 'y'] }, uniqueItems: true, maxItems: 3 },
    where: { $ref: '#/definitions/place' },
    either: { oneOf: [{ type: 'string' }, { type: 'number', multipleOf: 2 }] },
    size: { type: 'number', default: 7 },
  },
  required: ['id', 'name'],
  additionalProperties: false,
  definitions: { place: { type: 'object', required: ['lat'], properties: { lat: { type: 'number', exclusiveMaximum: 90 }, next: { $ref: '#/definitions/place' } } } },
};

export default function run(say) {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, allowUnionTypes: true });
  const validate = ajv.compile(schema);
  const good = { id: 1, name: 'ann', tags: ['x'], where: { lat: 1, next: { lat: 2 } }, either: 4 };
  say(validate(good), JSON.stringify(good), JSON.stringify(validate.errors));
  for (const bad of [
    {}, { id: 0, name: 'A' }, { id: 1.5, name: 'ann', tags: ['x', 'x', 'z', 'y'] }, { id: 1, name: 'ann', extra: true }, { id: 1, name: 'ann', where: { next: { lat: 90 } } },
    { id: 1, name: 'ann', either: 3 }, [], null, 'x',
  ]) {
    say(validate(bad), JSON.stringify(validate.errors), ajv.errorsText(validate.errors));
  }
  const coerce = new Ajv({ coerceTypes: true, removeAdditional: true }).compile({ type: 'object', properties: { n: { type: 'number' }, b: { type: 'boolean' } }, additionalProperties: false });
  const data = { n: '12', b: 'true', gone: 1 };
  say(coerce(data), JSON.stringify(data));
  ajv.addKeyword({ keyword: 'even', type: 'number', schemaType: 'boolean', validate: (on, n) => (n % 2 === 0) === on });
  ajv.addFormat('short', /^.{1,3}$/);
  const custom = ajv.compile({ type: ['number', 'string'], even: true, format: 'short', if: { const: 4 }, then: false });
  say(custom(2), custom(3), JSON.stringify(custom.errors), custom('four'), JSON.stringify(custom.errors), custom(4));
  try {
    ajv.compile({ type: 'nope' });
  } catch (e) {
    say(e.message);
  }
}
