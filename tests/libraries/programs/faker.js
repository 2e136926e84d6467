// forms: bundle
import { faker, fakerDE, Faker, en, base } from '@faker-js/faker';

export default function run(say) {
  faker.seed(42);
  faker.setDefaultRefDate('2024-01-01T00:00:00.000Z');
  const show = (name, value) => say(`${name} ${JSON.stringify(value)}`);
  show('person', [faker.person.fullName(), faker.person.firstName('female'), faker.person.jobTitle(), faker.person.bio()]);
  show('internet', [faker.internet.email(), faker.internet.username(), faker.internet.url(), faker.internet.ipv4(), faker.internet.ipv6(), faker.internet.mac(), faker.internet.userAgent(), faker.internet.password({ length: 12 })]);
  show('location', [faker.location.streetAddress(true), faker.location.city(), faker.location.zipCode(), faker.location.country(), faker.location.latitude(), faker.location.nearbyGPSCoordinate()]);
  show('date', [faker.date.past(), faker.date.between({ from: '2020-01-01', to: '2021-01-01' }), faker.date.birthdate({ min: 18, max: 65, mode: 'age' }), faker.date.weekday(), faker.date.month()]);
  show('lorem', [faker.lorem.sentence(), faker.lorem.paragraphs(2), faker.lorem.slug()]);
  show('finance', [faker.finance.amount(), faker.finance.iban(), faker.finance.creditCardNumber(), faker.finance.bitcoinAddress(), faker.finance.currency()]);
  show('commerce', [faker.commerce.productName(), faker.commerce.price(), faker.commerce.isbn(), faker.commerce.department()]);
  show('string', [faker.string.uuid(), faker.string.alphanumeric(10), faker.string.nanoid(), faker.string.hexadecimal({ length: 8 }), faker.string.symbol(5), faker.string.ulid()]);
  show('number', [faker.number.int(1000), faker.number.float({ min: 0, max: 1, fractionDigits: 3 }), faker.number.hex(255), faker.number.bigInt(10n ** 18n).toString(), faker.datatype.boolean()]);
  show('helpers', [faker.helpers.arrayElement(['a', 'b', 'c']), faker.helpers.shuffle([1, 2, 3, 4, 5]), faker.helpers.fake('{{person.lastName}}, {{location.city}}'), faker.helpers.multiple(() => faker.color.human(), { count: 3 }),
    faker.helpers.fromRegExp('[A-Z]{3}-[0-9]{4}'), faker.helpers.mustache('{{a}}-{{b}}', { a: 'x', b: () => 'y' }), faker.helpers.weightedArrayElement([{ weight: 9, value: 'm' }, { weight: 1, value: 'l' }]), faker.helpers.slugify('a b & c'), faker.helpers.replaceSymbols('##-??-**')]);
  show('misc', [faker.vehicle.vin(), faker.phone.number(), faker.company.name(), faker.hacker.phrase(), faker.system.fileName(), faker.git.commitSha(), faker.animal.dog(), faker.music.songName(), faker.science.chemicalElement(), faker.image.url({ width: 10, height: 10 }), faker.color.rgb(), faker.database.mongodbObjectId(), faker.food.dish(), faker.book.title(), faker.airline.flightNumber()]);
  fakerDE.seed(7);
  show('de', [fakerDE.person.fullName(), fakerDE.location.city(), fakerDE.phone.number()]);
  const custom = new Faker({ locale: [{ person: { first_name: { generic: ['Zoë'] } } }, en, base] });
  custom.seed(1);
  show('custom', [custom.person.firstName(), custom.person.lastName()]);
  try {
    faker.helpers.arrayElement([]);
  } catch (e) {
    say(e.name, e.message);
  }
}
