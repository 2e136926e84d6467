// A user's script on top of two big libraries; tests/bench bundles it with them into one file of about 650 KB.
import { faker } from '@faker-js/faker/locale/en';
import _ from 'lodash';
import { sleep } from 'k6';

export default function () {
  faker.seed(__VU);
  const people = _.times(3, () => ({ name: faker.person.fullName(), mail: faker.internet.email() }));
  const names = _.map(_.sortBy(people, 'name'), 'name');
  if (names.length !== 3) throw new Error('no names');
  console.log(`first iteration ${Date.now()} ${names.join()}`);
  sleep(Number(__ENV.PAUSE || 0));
}
