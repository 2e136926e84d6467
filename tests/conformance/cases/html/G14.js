// G14 how HTML is written
equal(parseHTML('<br><input disabled>').find('body').html(), '<br/><input disabled=""/>');
equal(parseHTML(`<p title='"'>"x" & 'y' < z</p>`).find('body').html(), '<p title="&#34;">&#34;x&#34; &amp; &#39;y&#39; &lt; z</p>');
