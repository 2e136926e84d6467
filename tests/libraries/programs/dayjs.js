// forms: bundle
import dayjs from 'dayjs';
import utc from 'dayjs/plugin/utc';
import relativeTime from 'dayjs/plugin/relativeTime';
import customParseFormat from 'dayjs/plugin/customParseFormat';
import duration from 'dayjs/plugin/duration';
import isoWeek from 'dayjs/plugin/isoWeek';
import advancedFormat from 'dayjs/plugin/advancedFormat';
import localizedFormat from 'dayjs/plugin/localizedFormat';
import 'dayjs/locale/de';

dayjs.extend(utc);
dayjs.extend(relativeTime);
dayjs.extend(customParseFormat);
dayjs.extend(duration);
dayjs.extend(isoWeek);
dayjs.extend(advancedFormat);
dayjs.extend(localizedFormat);

export default function run(say) {
  const d = dayjs('2024-02-29T13:14:15.678Z');
  say(d.toISOString());
  say(d.format('YYYY-MM-DD HH:mm:ss.SSS Z [text] dddd D MMMM A'));
  say(d.utc().format());
  say(d.add(1, 'month').format('YYYY-MM-DD'), d.add(1, 'year').format('YYYY-MM-DD'));
  say(d.subtract(3, 'week').startOf('week').format());
  say(d.endOf('quarter').format(), d.endOf('month').valueOf());
  say(d.diff('2024-01-01', 'day'), d.diff(dayjs('2020-02-29'), 'year', true));
  say(dayjs('05/02/1969 1:02:03 PM -05:00', 'MM/DD/YYYY H:mm:ss A Z').valueOf());
  say(dayjs('2019-13-45', 'YYYY-MM-DD', true).isValid(), dayjs('bogus').isValid(), String(dayjs('bogus')));
  say(dayjs('2024-01-01').from(dayjs('2024-01-03')), dayjs('2024-06-01').to('2024-01-01'));
  say(d.locale('de').format('dddd, D. MMMM YYYY'), d.locale('de').fromNow(true).length > 0);
  say(dayjs.duration(3661, 'seconds').format('HH:mm:ss'), dayjs.duration('P1Y2M3DT4H5M6S').toISOString(), dayjs.duration({ hours: 30 }).humanize());
  say(d.isoWeek(), d.isoWeekYear(), d.format('Qo Do k X x'), d.format('LLLL'));
  say(d.isBefore('2025-01-01'), d.isSame('2024-02-01', 'month'), d.daysInMonth(), d.year(), d.month(), d.day(), d.unix());
  say(JSON.stringify({ d, list: [d.set('hour', 1).toDate()] }), JSON.stringify(d.toObject ? d.toObject() : {}));
  say(dayjs(new Date(0)).utcOffset(), dayjs.unix(1700000000).utc().format('YYYY-MM-DDTHH:mm:ss[Z]'));
  say(dayjs('2018-08-16 00:00:00').format(), dayjs('20180816').format('DD.MM.YY'), dayjs([2010, 1, 14]).isValid());
}
