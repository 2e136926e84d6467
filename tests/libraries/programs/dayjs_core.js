// forms: path:dayjs/dayjs.min.js bundle
import dayjs from 'dayjs';

export default function run(say) {
  const d = dayjs('2023-11-05T01:02:03.004Z');
  say(d.format(), d.add(90, 'minute').toISOString(), d.startOf('year').valueOf(), d.format('ddd MMM D YYYY h:mm a SSS'));
  say(d.diff('2023-11-01', 'hour'), d.isAfter('2020'), d.clone().set('date', 31).format('YYYY-MM-DD'), dayjs(null).isValid());
}
