// G9 which controls are serialised
const form = parseHTML('<form><input type=checkbox name=a checked value=1><input type=checkbox name=b checked="checked" value=1><input name=c value=1 disabled><input name=d value=1 disabled="disabled"></form>').find('form');
equal(form.serialize(), 'b=1&c=1');
same(form.serializeArray(), [{ name: 'b', value: '1' }, { name: 'c', value: '1' }]);
same(form.serializeObject(), { b: '1', c: '1' });
