// Number, Math and Date: forms and edges.
#include <cstdlib>
#include <ctime>

#include "js/builtins/snippets.h"

namespace k6::js {
namespace {

TEST(Number, Radix) {
    check_snippets({
        {"[255..toString(16), (-255).toString(2), 0.5.toString(2), (35).toString(36), 0.1.toString(3).slice(0, "
         "12)].join()",
         "ff,-11111111,0.1,z,0.0022002200"},
        {"(1e21).toString(7) + ',' + (0.000001).toString(36)", "5135235413265003022550266,0.0001ogs5wo29m8"},
        {"Math.pow(2, 64).toString(16) + ',' + Math.pow(2, 70).toString(32)", "10000000000000000,100000000000000"},
        {"Math.pow(2, 100).toString(36) + ',' + (-Math.pow(3, 60)).toString(3)",
         "3ewfdnca0n6ld1ggvfgg,-1000000000000000000000000000000000000000120210220111101120201"},
        {"(1e300).toString(36).length + ',' + Number.MAX_VALUE.toString(2).length", "193,1024"},
        {"var ok = true; for (var i = 0; i < 300; i++) { var x = Math.random() * Math.pow(10, i); ok = ok && "
         "/^[0-9a-z.]+$/.test(x.toString(11 + i % 26)) } ok",
         "true"},
        {"(255.255).toString(16).slice(0, 9) + NaN.toString(2) + (-Infinity).toString(36)", "ff.4147aeNaN-Infinity"},
        {"try { (1).toString(1) } catch (e) { e.name + e.message }",
         "RangeErrortoString() radix must be between 2 and 36"},
        {"(0.9999999999999999).toString(2).length + ',' + (2 - Math.pow(2, -52)).toString(10)",
         "55,1.9999999999999998"},
    });
}

TEST(Number, Fixed) {
    check_snippets({
        {"[1.005.toFixed(2), 12.5.toFixed(0), (-1.5).toFixed(0), 0.000001.toFixed(7), 1e21.toFixed(2), (0).toFixed(2), "
         "(-0).toFixed(1)].join()",
         "1.00,13,-2,0.0000010,1e+21,0.00,0.0"},
        {"[(1000000000000000128).toString(), (1000000000000000128).toFixed(0), 123.456.toFixed(), 0.5.toFixed(0), "
         "2.5.toFixed(0), (-0.0000001).toFixed(2)].join()",
         "1000000000000000100,1000000000000000128,123,1,3,-0.00"},
        {"(5e-324).toFixed(100).length + ',' + 0.1.toFixed(20)", "102,0.10000000000000000555"},
        {"[123456..toExponential(2), (0).toExponential(), 0.00015.toExponential(0), 1.25.toExponential(1), "
         "(-1.5e-9).toExponential()].join()",
         "1.23e+5,0e+0,1e-4,1.3e+0,-1.5e-9"},
        {"[123.456.toPrecision(4), 0.000001.toPrecision(2), 0.0000001.toPrecision(2), 1e21.toPrecision(3), "
         "123456..toPrecision(2), 1.25.toPrecision(2), 99.99.toPrecision(3)].join()",
         "123.5,0.0000010,1.0e-7,1.00e+21,1.2e+5,1.3,100"},
        {"try { (1).toFixed(101) } catch (e) { e.name }", "RangeError"},
        {"try { (1).toPrecision(0) } catch (e) { e.name }", "RangeError"},
        {"NaN.toFixed(2) + Infinity.toPrecision(3) + (1e-7).toString() + (123456789012345680000).toString() + 1e21",
         "NaNInfinity1e-71234567890123456800001e+21"},
        {"(1234567.891).toLocaleString() + ',' + (0.1 + 0.2)", "1234567.891,0.30000000000000004"},
        {"try { Number.prototype.toString.call('1') } catch (e) { e.name }", "TypeError"},
    });
}

TEST(Number, Reads) {
    check_snippets({
        {"[Number(''), Number(' \\u2003 12 \\n'), Number('1_000'), Number('0x1F'), Number('0b101'), Number('0o17'), "
         "Number('-0x1'), Number('1e3'), Number('.5'), Number('5.'), Number('.')].join()",
         "0,12,NaN,31,5,15,NaN,1000,0.5,5,NaN"},
        {"[Number('Infinity'), Number('-Infinity'), Number('+Infinity'), Number('infinity'), Number('INF'), Number('1 "
         "2'), Number('0x'), Number('1e'), Number('+'), Number('e5'), Number('0x1.8')].join()",
         "Infinity,-Infinity,Infinity,NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN"},
        {"[Number(null), Number(undefined), Number(true), Number([5]), Number([1, 2]), Number({}), Number(new "
         "Date(7))].join()",
         "0,NaN,1,5,NaN,NaN,7"},
        {"1 / Number('-0') + ',' + Number('0x20000000000001') + ',' + Number('0x20000000000003') + ',' + "
         "Number('9007199254740993')",
         "-Infinity,9007199254740992,9007199254740996,9007199254740992"},
        {"[parseFloat('3.14abc'), parseFloat('.5.5'), parseFloat('1_0'), parseFloat('-.5e-1x'), parseFloat('1e+'), "
         "parseFloat('Infinityx'), parseFloat('0x10'), parseFloat('\\u2009-1'), parseFloat('e')].join()",
         "3.14,0.5,1,-0.05,1,Infinity,0,-1,NaN"},
        {"[parseInt('12px'), parseInt('0x1f'), parseInt('z', 36), parseInt('101', 2), parseInt('09'), parseInt(''), "
         "parseInt('1_0'), parseInt('12', 1), parseInt('12', 37), parseInt('0x'), parseInt('-0x1f'), parseInt('12', "
         "16), parseInt('\\u30007')].join()",
         "12,31,35,5,9,NaN,1,NaN,NaN,NaN,-31,18,7"},
        {"[parseInt('9007199254740993'), parseInt('20000000000001', 16), parseInt('20000000000003', 16), "
         "parseInt(1e21), parseInt(null), parseInt('123', 4294967298)].join()",
         "9007199254740992,9007199254740992,9007199254740996,1,NaN,1"},
        {"parseInt('1' + '0'.repeat(400), 2) + ',' + parseInt('1' + '0'.repeat(1100), 2) + ',' + "
         "parseInt('123456789012345678901234567890123456789012345678901234567890')",
         "2.5822498780869086e+120,Infinity,1.2345678901234567e+59"},
        {"Number(BigInt('123456789012345678901')) + typeof Object(Number(BigInt(2)))", "123456789012345680000object"},
        {"try { Number(Symbol()) } catch (e) { e.name }", "TypeError"},
        {"Number.parseFloat === parseFloat && Number.parseInt === parseInt && Number.isInteger(5.0) && "
         "!Number.isSafeInteger(9007199254740992)",
         "true"},
    });
}

TEST(Math, Members) {
    check_snippets({
        {"Object.getOwnPropertyNames(Math).sort().join()",
         "E,LN10,LN2,LOG10E,LOG2E,PI,SQRT1_2,SQRT2,abs,acos,acosh,asin,asinh,atan,atan2,atanh,cbrt,ceil,clz32,cos,cosh,"
         "exp,expm1,floor,fround,hypot,imul,log,log10,log1p,log2,max,min,pow,random,round,sign,sin,sinh,sqrt,tan,tanh,"
         "trunc"},
        {"Object.prototype.toString.call(Math) + Math[Symbol.toStringTag]", "[object Math]Math"},
        {"[Math.round(-0.5), Math.round(2.5), Math.round(-2.5), Math.round(0.49999999999999994), 1 / "
         "Math.round(-0.2)].join()",
         "0,3,-2,0,-Infinity"},
        {"[Math.max(), Math.min(), 1 / Math.max(-0, 0), 1 / Math.min(0, -0), Math.max(1, NaN)].join()",
         "-Infinity,Infinity,Infinity,-Infinity,NaN"},
        {"[Math.hypot(3, 4), Math.hypot(), Math.hypot(NaN, Infinity), Math.clz32(1), Math.imul(0xffffffff, 5), "
         "Math.fround(5.5), Math.trunc(-0.9), Math.sign(-3), Math.cbrt(27), Math.log2(8), Math.log10(1000)].join()",
         "5,0,Infinity,31,-5,5.5,0,-1,3,3,3"},
        {"[Math.pow(1, Infinity), Math.pow(NaN, 0), Math.atan2(0, -0).toFixed(3), Math.expm1(1e-10), "
         "Math.log1p(1e-10)].join()",
         "NaN,1,3.142,1.00000000005e-10,9.999999999500001e-11"},
    });
}

class Date : public testing::Test {
protected:
    void SetUp() override {
        ::setenv("TZ", "Europe/Berlin", 1);
        ::tzset();
    }
    void TearDown() override {
        ::unsetenv("TZ");
        ::tzset();
    }
};

TEST_F(Date, ReadsTheInterchangeFormat) {
    check_snippets({
        {"[Date.parse('2020-02-03'), Date.parse('2020-02'), Date.parse('2020')].join()",
         "1580688000000,1580515200000,1577836800000"},
        {"[Date.parse('2020-02-03T04:05:06Z'), Date.parse('2020-02-03T04:05:06.789+01:30'), "
         "Date.parse('2020-02-03T04:05')].join()",
         "1580702706000,1580697306789,1580699100000"},
        {"[Date.parse('2020-02-03T24:00:00Z'), Date.parse('+012020-01-01T00:00:00Z'), "
         "Date.parse('-000001-01-01T00:00:00Z')].join()",
         "1580774400000,317147356800000,-62198755200000"},
        {"[Date.parse('2020-02-30'), Date.parse('2021-02-29'), Date.parse('2020-13-01'), "
         "Date.parse('2020-01-01T25:00Z'), Date.parse('-000000-01-01'), Date.parse('2020-1-1T'), Date.parse('x'), "
         "Date.parse('')].join()",
         "NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN"},
        {"Date.parse('2020-02-29T00:00:00.123456789Z')", "1582934400123"},
        {"Date.parse('2020-07-01T00:00:00') + ',' + Date.parse('2020-01-01 00:00:00')", "1593554400000,1577833200000"},
    });
}

TEST_F(Date, ReadsWhatPeopleWrite) {
    check_snippets({
        {"['Jan 1, 2020', '1 Jan 2020', '2020/01/01', '01/01/2020', 'Wed, 01 Jan 2020 00:00:00 +0100', 'Wed Jan 01 "
         "2020 00:00:00 GMT+0100 (CET)', 'January 1, 2020 00:00', '1/1/2020 00:00:00', 'Tue, 31 Dec 2019 23:00:00 "
         "GMT', 'Jan 1 2020 12:00 AM']"
         ".map(function(t) { return Date.parse(t) === 1577833200000 }).join()",
         "true,true,true,true,true,true,true,true,true,true"},
        {"var d = new Date(1234567891000); [Date.parse(d.toString()) - d, Date.parse(d.toUTCString()) - d, "
         "Date.parse(d.toISOString()) - d].join()",
         "0,0,0"},
        {"[Date.parse('Feb 30, 2020'), Date.parse('hello 1'), Date.parse('1 2 3 4')].join()", "NaN,NaN,NaN"},
    });
}

TEST_F(Date, Prints) {
    check_snippets({
        {"String(new Date(1580702706000))", "Mon Feb 03 2020 05:05:06 GMT+0100 (CET)"},
        {"var d = new Date(1580702706007); [d.toISOString(), d.toUTCString(), d.toDateString(), d.toTimeString(), "
         "d.toJSON()].join('|')",
         "2020-02-03T04:05:06.007Z|Mon, 03 Feb 2020 04:05:06 GMT|Mon Feb 03 2020|05:05:06 GMT+0100 "
         "(CET)|2020-02-03T04:05:06.007Z"},
        {"var d = new Date(1580702706007); [d.toLocaleString(), d.toLocaleDateString(), "
         "d.toLocaleTimeString()].join('|')",
         "02/03/2020, 05:05:06|02/03/2020|05:05:06"},
        {"new Date(-1).toISOString() + new Date(8.64e15).toISOString() + new Date(-8.64e15).toISOString()",
         "1969-12-31T23:59:59.999Z+275760-09-13T00:00:00.000Z-271821-04-20T00:00:00.000Z"},
        {"new Date(2020, 6, 1).getTimezoneOffset() + ',' + new Date(2020, 0, 1).getTimezoneOffset()", "-120,-60"},
    });
}

TEST_F(Date, InvalidDates) {
    check_snippets({
        {"var d = new Date(NaN); [String(d), d.getTime(), d.getFullYear(), d.toJSON(), d.toUTCString(), "
         "d.toLocaleString()].join()",
         "Invalid Date,NaN,NaN,,Invalid Date,Invalid Date"},
        {"try { new Date(NaN).toISOString() } catch (e) { e.name + ': ' + e.message }",
         "RangeError: Invalid time value"},
        {"var d = new Date(NaN); d.setHours(3); d.getTime() + ',' + (d.setFullYear(2000), d.getFullYear())",
         "NaN,2000"},
        {"[new Date(8.64e15 + 1).getTime(), new Date(undefined).getTime(), new Date(null).getTime(), new Date(2020, "
         "NaN).getTime(), new Date('').getTime()].join()",
         "NaN,NaN,0,NaN,NaN"},
        {"var d = new Date(0); d.setMonth(); d.getTime()", "NaN"},
        {"try { Date.prototype.getTime.call({}) } catch (e) { e.name }", "TypeError"},
    });
}

TEST_F(Date, MakesAndSets) {
    check_snippets({
        {"new Date(2020, 1, 3, 4, 5, 6, 7).toISOString()", "2020-02-03T03:05:06.007Z"},
        {"new Date(99, 0).getFullYear() + ',' + new Date(100, 0).getFullYear() + ',' + Date.UTC(2020)",
         "1999,100,1577836800000"},
        {"new Date(2020, 12, 32, 25, 61).toISOString()", "2021-02-02T01:01:00.000Z"},
        {"var d = new Date(Date.UTC(2020, 0, 31)); d.setUTCMonth(1); d.toISOString().slice(0, 10)", "2020-03-02"},
        {"var d = new Date(2020, 2, 29, 2, 30); d.toISOString()", "2020-03-29T01:30:00.000Z"},
        {"new Date(2020, 9, 25, 2, 30).toISOString() + new Date(2020, 9, 25, 3, 0).toISOString()",
         "2020-10-25T00:30:00.000Z2020-10-25T02:00:00.000Z"},
        {"var d = new Date(0); d.setUTCHours(1, 2, 3, 4); d.setUTCDate(0); d.toISOString()",
         "1969-12-31T01:02:03.004Z"},
        {"var d = new Date(0); d.setYear(99); d.getFullYear() + ',' + d.getYear()", "1999,99"},
        {"var a = new Date(5), b = new Date(a); b.getTime() + ',' + (a - b) + ',' + (new Date(7) > a)", "5,0,true"},
        {"typeof Date() + typeof Date.now() + Date.length + Date.UTC.length", "stringnumber77"},
        {"new Date(0)[Symbol.toPrimitive]('number') + ',' + typeof (new Date(0) + 1) + ',' + typeof (new Date(0) * 1)",
         "0,string,number"},
        {"try { new Date(0)[Symbol.toPrimitive]('x') } catch (e) { e.name }", "TypeError"},
        {"Date.prototype.toJSON.call({toISOString: function() { return 'mine' }, valueOf: function() { return 1 }})",
         "mine"},
        {"JSON.stringify({d: new Date(0)}) + JSON.stringify(new Date(NaN))", R"({"d":"1970-01-01T00:00:00.000Z"}null)"},
    });
}

}  // namespace
}  // namespace k6::js
