// G7 val
const doc = parseHTML('<textarea>a & b</textarea><select id="s"><option>1</select><select id="m" multiple><option selected>x<option selected value="Y">y<option>z</select>');
equal(doc.find('textarea').val(), 'a &amp; b');
equal(doc.find('#s').val(), '');
same(doc.find('#m').val(), ['x', 'Y']);
