// Date: stands in for jsdate.c, whose time zone lookup is not safe among threads, and which reads and writes ISO 8601
// only. Time values are milliseconds since 1970-01-01 UTC (ECMA-262 21.4.1).
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

constexpr double ms_per_day = 86400000.0;
constexpr double max_time = 8.64e15;
constexpr std::string_view day_names = "SunMonTueWedThuFriSat";
constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";

/// A point in time taken apart; the same for UTC and local time.
struct Fields {
    double year = 1970;
    double month = 0;  // 0 … 11
    double day = 1;
    double hour = 0;
    double minute = 0;
    double second = 0;
    double millisecond = 0;
    int weekday = 0;
};

double floor_mod(double a, double b) {
    const double rest = std::fmod(a, b);
    return rest < 0 ? rest + b : rest;
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date
/// algorithms").
double days_from_civil(double year, int month, double day) {
    year -= month < 2;
    const double era = std::floor(year / 400);
    const double year_of_era = year - era * 400;
    const double day_of_year = std::floor((153 * ((month + 10) % 12) + 2) / 5.0) + day - 1;
    const double day_of_era =
        year_of_era * 365 + std::floor(year_of_era / 4) - std::floor(year_of_era / 100) + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

Fields take_apart(double time) {
    Fields fields;
    const double days = std::floor(time / ms_per_day);
    const double in_day = time - days * ms_per_day;
    fields.weekday = static_cast<int>(floor_mod(days + 4, 7));
    const double z = days + 719468;
    const double era = std::floor(z / 146097);
    const double day_of_era = z - era * 146097;
    const double year_of_era = std::floor((day_of_era - std::floor(day_of_era / 1460) + std::floor(day_of_era / 36524) -
                                           std::floor(day_of_era / 146096)) /
                                          365);
    const double day_of_year =
        day_of_era - (365 * year_of_era + std::floor(year_of_era / 4) - std::floor(year_of_era / 100));
    const double shifted = std::floor((5 * day_of_year + 2) / 153);
    fields.day = day_of_year - std::floor((153 * shifted + 2) / 5) + 1;
    fields.month = shifted < 10 ? shifted + 2 : shifted - 10;
    fields.year = year_of_era + era * 400 + (fields.month < 2);
    fields.hour = std::floor(in_day / 3600000);
    fields.minute = std::fmod(std::floor(in_day / 60000), 60);
    fields.second = std::fmod(std::floor(in_day / 1000), 60);
    fields.millisecond = std::fmod(in_day, 1000);
    return fields;
}

double put_together(const Fields& fields) {
    const double all[] = {fields.year,   fields.month,  fields.day,        fields.hour,
                          fields.minute, fields.second, fields.millisecond};
    for (const double field : all) {
        if (!std::isfinite(field) || std::fabs(field) > 1e17) return NAN;
    }
    const double month = std::trunc(fields.month);
    const double year = std::trunc(fields.year) + std::floor(month / 12);
    if (std::fabs(year) > 400000) return NAN;
    const double days = days_from_civil(year, static_cast<int>(floor_mod(month, 12)), 1) + std::trunc(fields.day) - 1;
    return days * ms_per_day + std::trunc(fields.hour) * 3600000 + std::trunc(fields.minute) * 60000 +
           std::trunc(fields.second) * 1000 + std::trunc(fields.millisecond);
}

double days_in_month(const Fields& fields) {
    const int month = static_cast<int>(fields.month);
    return days_from_civil(fields.year + (month == 11), (month + 1) % 12, 1) - days_from_civil(fields.year, month, 1);
}

double clip(double time) { return std::fabs(time) <= max_time ? std::trunc(time) + 0.0 : NAN; }

struct Zone {
    double offset = 0;  // local time − UTC, ms
    std::string name;
};

Zone zone_at(double utc) {
    const auto seconds = static_cast<std::time_t>(std::floor(utc / 1000));
    std::tm local{};
    if (localtime_r(&seconds, &local) == nullptr) return {};
    return {static_cast<double>(local.tm_gmtoff) * 1000, local.tm_zone};
}

double to_local(double utc) { return utc + zone_at(utc).offset; }

/// A local time that comes twice, or not at all, is read with the offset from before the transition
/// (ECMA-262 21.4.1.9).
double to_utc(double local) {
    if (!std::isfinite(local)) return NAN;
    const double before = zone_at(local - ms_per_day).offset;
    const double after = zone_at(local + ms_per_day).offset;
    if (before == after || zone_at(local - before).offset == before) return local - before;
    return zone_at(local - after).offset == after ? local - after : local - before;
}

// ---- reading

/// The interchange format (21.4.1.32), with a space allowed for the T. NaN if the text is none of it.
class IsoReader {
public:
    explicit IsoReader(std::string_view text) : text_(text) {}

    double read() {
        Fields fields;
        if (take('+') || peek('-')) {
            const bool negative = take('-');
            if (!number(6, &fields.year) || (negative && fields.year == 0)) return NAN;
            if (negative) fields.year = -fields.year;
        } else if (!number(4, &fields.year)) {
            return NAN;
        }
        double month = 1;
        if (take('-') && (!number(2, &month) || month < 1 || month > 12)) return NAN;
        fields.month = month - 1;
        if (take('-') && (!number(2, &fields.day) || fields.day < 1 || fields.day > 31)) return NAN;
        bool local = false;
        double offset = 0;
        if (take('T') || take('t') || take(' ')) {
            local = true;
            if (!number(2, &fields.hour) || !take(':') || !number(2, &fields.minute)) return NAN;
            if (take(':')) {
                if (!number(2, &fields.second)) return NAN;
                if (take('.') || take(',')) {
                    double scale = 100;
                    if (!digit()) return NAN;
                    for (; digit(); ++at_, scale /= 10) fields.millisecond += (text_[at_] - '0') * scale;
                    fields.millisecond = std::floor(fields.millisecond + 1e-9);
                }
            }
            if (take('Z') || take('z')) {
                local = false;
            } else if (peek('+') || peek('-')) {
                const double sign = text_[at_++] == '-' ? -1 : 1;
                double hours = 0;
                double minutes = 0;
                if (!number(2, &hours)) return NAN;
                take(':');
                if (!number(2, &minutes)) return NAN;
                offset = sign * (hours * 60 + minutes) * 60000;
                local = false;
            }
            const bool midnight =
                fields.hour == 24 && fields.minute == 0 && fields.second == 0 && fields.millisecond == 0;
            if ((fields.hour > 23 && !midnight) || fields.minute > 59 || fields.second > 59) return NAN;
        }
        if (at_ != text_.size() || fields.day > days_in_month(fields)) return NAN;
        const double time = put_together(fields);
        return local ? to_utc(time) : time - offset;
    }

private:
    bool peek(char c) const { return at_ < text_.size() && text_[at_] == c; }
    bool take(char c) {
        if (!peek(c)) return false;
        ++at_;
        return true;
    }
    bool digit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }
    bool number(int digits, double* out) {
        double value = 0;
        for (int i = 0; i < digits; ++i, ++at_) {
            if (!digit()) return false;
            value = value * 10 + (text_[at_] - '0');
        }
        *out = value;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Everything else that people write: "Jan 1, 2020 10:00", "1 Jan 2020", "01/02/2020", RFC 1123, Date's own toString.
class LooseReader {
public:
    explicit LooseReader(std::string_view text) : text_(text) {}

    double read() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '(') {
                const std::size_t close = text_.find(')', at_);
                if (close == std::string_view::npos) return NAN;
                at_ = close + 1;
            } else if (is_letter(c)) {
                if (!word()) return NAN;
            } else if (c >= '0' && c <= '9') {
                if (!numbers()) return NAN;
            } else if ((c == '+' || c == '-') && (has_time_ || zoned_)) {
                if (!offset()) return NAN;
            } else if (c == ' ' || c == ',' || c == '.' || c == '-' || c == '/') {
                ++at_;
            } else {
                return NAN;
            }
        }
        return finish();
    }

private:
    static bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

    bool word() {
        const std::size_t start = at_;
        while (at_ < text_.size() && is_letter(text_[at_])) ++at_;
        std::string name;
        for (const char c : text_.substr(start, at_ - start)) name += static_cast<char>(c | 0x20);
        if (name == "am" || name == "pm") {
            if (!has_time_ || fields_.hour < 1 || fields_.hour > 12) return false;
            fields_.hour = std::fmod(fields_.hour, 12) + (name == "pm" ? 12 : 0);
            return true;
        }
        if (name == "z" || name == "gmt" || name == "utc" || name == "ut") {
            zoned_ = true;
            return true;
        }
        if (name == "t" && count_ > 0) return wants_time_ = true;
        if (name.size() < 3) return false;
        name.resize(3);
        name[0] = static_cast<char>(name[0] & ~0x20);
        const std::size_t month = month_names.find(name);
        if (month != std::string_view::npos && month % 3 == 0) {
            if (month_by_name_) return false;
            fields_.month = static_cast<double>(month / 3);
            month_by_name_ = true;
            return true;
        }
        const std::size_t day = day_names.find(name);
        return day != std::string_view::npos && day % 3 == 0;
    }

    double integer() {
        const std::size_t start = at_;
        double value = 0;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') value = value * 10 + (text_[at_++] - '0');
        digits_ = at_ - start;
        return value;
    }

    bool numbers() {
        const double first = integer();
        if (at_ < text_.size() && text_[at_] == ':') {
            if (has_time_) return false;
            has_time_ = true;
            fields_.hour = first;
            ++at_;
            fields_.minute = integer();
            if (digits_ == 0) return false;
            if (at_ < text_.size() && text_[at_] == ':') {
                ++at_;
                fields_.second = integer();
                if (digits_ == 0) return false;
                if (at_ < text_.size() && text_[at_] == '.') {
                    ++at_;
                    const double fraction = integer();
                    fields_.millisecond = std::floor(fraction / std::pow(10, static_cast<double>(digits_)) * 1000);
                }
            }
            return fields_.hour < 24 && fields_.minute < 60 && fields_.second < 60;
        }
        if (count_ == 3) return false;
        if (digits_ >= 3 && year_at_ < 0) year_at_ = count_;
        parts_[count_++] = first;
        return true;
    }

    bool offset() {
        const double sign = text_[at_++] == '-' ? -1 : 1;
        double value = integer();
        if (digits_ == 0) return false;
        double minutes = 0;
        if (at_ < text_.size() && text_[at_] == ':') {
            ++at_;
            minutes = integer();
        } else if (digits_ > 2) {
            minutes = std::fmod(value, 100);
            value = std::floor(value / 100);
        }
        zoned_ = true;
        offset_ = sign * (value * 60 + minutes) * 60000;
        return true;
    }

    double finish() {
        if (wants_time_ && !has_time_) return NAN;
        if (month_by_name_) {
            // Day and year in either order; without a year, 2001 as everywhere.
            if (count_ == 0 || count_ > 2) return NAN;
            fields_.day = parts_[0];
            fields_.year = count_ == 2 ? parts_[1] : 2001;
            if (year_at_ == 0 && count_ == 2) std::swap(fields_.day, fields_.year);
            if (year_at_ == 0 && count_ == 1) {
                fields_.year = parts_[0];
                fields_.day = 1;
            }
        } else {
            if (count_ != 3) return NAN;
            if (year_at_ == 0) {
                fields_.year = parts_[0];
                fields_.month = parts_[1] - 1;
                fields_.day = parts_[2];
            } else {
                fields_.month = parts_[0] - 1;
                fields_.day = parts_[1];
                fields_.year = parts_[2];
            }
        }
        if (year_at_ < 0 && fields_.year < 100) fields_.year += fields_.year < 50 ? 2000 : 1900;
        if (fields_.month < 0 || fields_.month > 11 || fields_.day < 1 || fields_.day > days_in_month(fields_)) {
            return NAN;
        }
        const double time = put_together(fields_);
        return zoned_ ? time - offset_ : to_utc(time);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t digits_ = 0;
    Fields fields_;
    double parts_[3] = {};
    int count_ = 0;
    int year_at_ = -1;  // which part has so many digits that it must be the year
    bool month_by_name_ = false;
    bool has_time_ = false;
    bool wants_time_ = false;  // after a T
    bool zoned_ = false;
    double offset_ = 0;
};

double parse(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    const double iso = IsoReader(text).read();
    const bool has_sign = text.starts_with('-') || text.starts_with('+');
    return clip(std::isnan(iso) && !has_sign ? LooseReader(text).read() : iso);
}

// ---- writing

std::string year_text(double year) {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, year < 0 ? "-%06d" : "%04d", static_cast<int>(std::fabs(year)));
    return buffer;
}

template <class... Numbers>
std::string format(const char* pattern, Numbers... numbers) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, pattern, static_cast<int>(numbers)...);
    return buffer;
}

std::string_view name_of(std::string_view names, double index) {
    return names.substr(static_cast<std::size_t>(index) * 3, 3);
}

std::string date_text(const Fields& f) {
    return std::string(name_of(day_names, f.weekday)) + " " + std::string(name_of(month_names, f.month)) +
           format(" %02d ", f.day) + year_text(f.year);
}

std::string time_text(const Fields& f, const Zone& zone) {
    const double minutes = std::fabs(zone.offset) / 60000;
    return format("%02d:%02d:%02d", f.hour, f.minute, f.second) + (zone.offset < 0 ? " GMT-" : " GMT+") +
           format("%02d%02d", std::floor(minutes / 60), std::fmod(minutes, 60)) + " (" + zone.name + ")";
}

enum class Form { full, date, time, utc, locale, locale_date, locale_time };

std::string text_of(double time, Form form) {
    if (std::isnan(time)) return "Invalid Date";
    if (form == Form::utc) {
        const Fields f = take_apart(time);
        return std::string(name_of(day_names, f.weekday)) + format(", %02d ", f.day) +
               std::string(name_of(month_names, f.month)) + " " + year_text(f.year) +
               format(" %02d:%02d:%02d GMT", f.hour, f.minute, f.second);
    }
    const Zone zone = zone_at(time);
    const Fields f = take_apart(time + zone.offset);
    const std::string numeric_date = format("%02d/%02d/", f.month + 1, f.day) + year_text(f.year);
    const std::string numeric_time = format("%02d:%02d:%02d", f.hour, f.minute, f.second);
    switch (form) {
        case Form::date:
            return date_text(f);
        case Form::time:
            return time_text(f, zone);
        case Form::locale:
            return numeric_date + ", " + numeric_time;
        case Form::locale_date:
            return numeric_date;
        case Form::locale_time:
            return numeric_time;
        default:
            return date_text(f) + " " + time_text(f, zone);
    }
}

std::string iso_text(double time) {
    const Fields f = take_apart(time);
    std::string year = format("%04d", f.year);
    if (f.year < 0 || f.year > 9999) year = format(f.year < 0 ? "-%06d" : "+%06d", std::fabs(f.year));
    return year +
           format("-%02d-%02dT%02d:%02d:%02d.%03dZ", f.month + 1, f.day, f.hour, f.minute, f.second, f.millisecond);
}

// ---- the class

js_Object* date_object(const js_Value& raw) {
    if (raw.t.type != JS_TOBJECT || raw.u.object->type != JS_CDATE) throw TypeError("this is not a Date object.");
    return raw.u.object;
}

double this_time(const Call& call) { return date_object(this_raw(call))->u.number; }

double now(State& state) { return std::floor(Internal::runtime(state).wall_clock()); }

/// The date that arguments from `first` on name: year, month, day, …
double fields_argument(Call& call, std::size_t first) {
    Fields fields;
    double Fields::*const members[] = {&Fields::year,   &Fields::month,  &Fields::day,        &Fields::hour,
                                       &Fields::minute, &Fields::second, &Fields::millisecond};
    for (std::size_t i = 0; i < 7 && first + i < call.size(); ++i) fields.*members[i] = call.number(first + i);
    if (!call.has(first)) return NAN;
    const double year = std::trunc(fields.year);
    if (year >= 0 && year <= 99) fields.year = 1900 + year;
    return put_together(fields);
}

Value date_call(Call& call) { return call.state().string(text_of(now(call.state()), Form::full)); }

Value date_construct(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    double time = NAN;
    if (call.size() == 0) {
        time = now(state);
    } else if (call.size() == 1) {
        const js_Value raw = argument_raw(call, 0);
        if (raw.t.type == JS_TOBJECT && raw.u.object->type == JS_CDATE) {
            time = raw.u.object->u.number;
        } else {
            Guard guard(J);
            js_pushvalue(J, raw);
            js_toprimitive(J, -1, JS_HNONE);
            time = js_isstring(J, -1) ? parse(js_tostring(J, -1)) : clip(js_tonumber(J, -1));
        }
    } else {
        time = clip(to_utc(fields_argument(call, 0)));
    }
    const Value prototype = call.callee().get("prototype");
    Guard guard(J);
    js_Object* object = jsV_newobject(J, JS_CDATE, Internal::raw(prototype).u.object);
    object->u.number = time;
    return to_value(state, object_value(object));
}

Value date_now(Call& call) { return now(call.state()); }
Value date_parse(Call& call) { return parse(call.text(0)); }
Value date_utc(Call& call) { return clip(fields_argument(call, 0)); }

enum class Field { year, month, day, hour, minute, second, millisecond, weekday, short_year };

template <Field field, bool utc>
Value get_field(Call& call) {
    const double time = this_time(call);
    if (std::isnan(time)) return NAN;
    const Fields f = take_apart(utc ? time : to_local(time));
    switch (field) {
        case Field::year:
            return f.year;
        case Field::month:
            return f.month;
        case Field::day:
            return f.day;
        case Field::hour:
            return f.hour;
        case Field::minute:
            return f.minute;
        case Field::second:
            return f.second;
        case Field::millisecond:
            return f.millisecond;
        case Field::weekday:
            return f.weekday;
        case Field::short_year:
            return f.year - 1900;
    }
    return NAN;
}

/// Sets a field, and those after it up to what `set…` allows, from the arguments.
template <Field first, bool utc>
Value set_field(Call& call) {
    js_Object* date = date_object(this_raw(call));
    double time = date->u.number;
    double Fields::*const members[] = {&Fields::year,   &Fields::month,  &Fields::day,        &Fields::hour,
                                       &Fields::minute, &Fields::second, &Fields::millisecond};
    constexpr std::size_t begin = static_cast<std::size_t>(first);
    constexpr std::size_t end = begin <= 2 ? 3 : 7;
    if (std::isnan(time) && first == Field::year) time = 0;
    Fields fields = std::isnan(time) ? Fields{} : take_apart(utc ? time : to_local(time));
    if (call.size() == 0) fields.*members[begin] = NAN;
    for (std::size_t i = begin; i < end && i - begin < call.size(); ++i) fields.*members[i] = call.number(i - begin);
    if (std::isnan(time)) return NAN;
    const double changed = put_together(fields);
    date->u.number = clip(utc ? changed : to_utc(changed));
    return date->u.number;
}

/// Annex B: two digits mean the twentieth century.
Value set_year(Call& call) {
    js_Object* date = date_object(this_raw(call));
    const double given = call.number(0);
    const double year = std::trunc(given);
    Fields fields = take_apart(std::isnan(date->u.number) ? 0 : to_local(date->u.number));
    fields.year = year >= 0 && year <= 99 ? 1900 + year : given;
    return date->u.number = clip(to_utc(put_together(fields)));
}

/// What dates convert to, by the hint.
Value to_primitive(Call& call) {
    const Value self = call.this_value();
    if (!self.is_object()) throw TypeError("Date.prototype[Symbol.toPrimitive] called on a value that is no object");
    const std::string hint = call[0].is_string() ? call[0].as_string() : std::string();
    if (hint != "default" && hint != "string" && hint != "number") throw TypeError("Invalid hint: " + hint);
    const char* const names[] = {"toString", "valueOf"};
    for (int i = 0; i < 2; ++i) {
        const Value method = self.get(names[hint == "number" ? 1 - i : i]);
        if (!method.is_function()) continue;
        const Value primitive = method.call(self, {});
        if (!primitive.is_object()) return primitive;
    }
    throw TypeError("Cannot convert object to primitive value");
}

Value set_time(Call& call) { return date_object(this_raw(call))->u.number = clip(call.number(0)); }
Value get_time(Call& call) { return this_time(call); }

Value timezone_offset(Call& call) {
    const double time = this_time(call);
    return std::isnan(time) ? NAN : -zone_at(time).offset / 60000;
}

template <Form form>
Value to_text(Call& call) {
    return call.state().string(text_of(this_time(call), form));
}

Value to_iso_string(Call& call) {
    const double time = this_time(call);
    if (std::isnan(time)) throw RangeError("Invalid time value");
    return call.state().string(iso_text(time));
}

Value to_json(Call& call) {
    const js_Value raw = this_raw(call);
    if (raw.t.type == JS_TOBJECT && raw.u.object->type == JS_CDATE) {
        if (std::isnan(raw.u.object->u.number)) return Value::null();
        return call.state().string(iso_text(raw.u.object->u.number));
    }
    State& state = call.state();
    Guard guard(state.raw());
    js_State* J = state.raw();
    const js_Object* object = push_object_of(J, raw);
    js_copy(J, -1);
    js_toprimitive(J, -1, JS_HNUMBER);
    if (js_isnumber(J, -1) && !std::isfinite(js_tonumber(J, -1))) return Value::null();
    const Value self = to_value(state, object_value(const_cast<js_Object*>(object)));
    return self.get("toISOString").call(self, {});
}

constexpr FunctionDefinition methods[] = {
    {"getDate", 0, get_field<Field::day, false>},
    {"getDay", 0, get_field<Field::weekday, false>},
    {"getFullYear", 0, get_field<Field::year, false>},
    {"getHours", 0, get_field<Field::hour, false>},
    {"getMilliseconds", 0, get_field<Field::millisecond, false>},
    {"getMinutes", 0, get_field<Field::minute, false>},
    {"getMonth", 0, get_field<Field::month, false>},
    {"getSeconds", 0, get_field<Field::second, false>},
    {"getTime", 0, get_time},
    {"getTimezoneOffset", 0, timezone_offset},
    {"getUTCDate", 0, get_field<Field::day, true>},
    {"getUTCDay", 0, get_field<Field::weekday, true>},
    {"getUTCFullYear", 0, get_field<Field::year, true>},
    {"getUTCHours", 0, get_field<Field::hour, true>},
    {"getUTCMilliseconds", 0, get_field<Field::millisecond, true>},
    {"getUTCMinutes", 0, get_field<Field::minute, true>},
    {"getUTCMonth", 0, get_field<Field::month, true>},
    {"getUTCSeconds", 0, get_field<Field::second, true>},
    {"getYear", 0, get_field<Field::short_year, false>},
    {"setDate", 1, set_field<Field::day, false>},
    {"setFullYear", 3, set_field<Field::year, false>},
    {"setHours", 4, set_field<Field::hour, false>},
    {"setMilliseconds", 1, set_field<Field::millisecond, false>},
    {"setMinutes", 3, set_field<Field::minute, false>},
    {"setMonth", 2, set_field<Field::month, false>},
    {"setSeconds", 2, set_field<Field::second, false>},
    {"setTime", 1, set_time},
    {"setUTCDate", 1, set_field<Field::day, true>},
    {"setUTCFullYear", 3, set_field<Field::year, true>},
    {"setUTCHours", 4, set_field<Field::hour, true>},
    {"setUTCMilliseconds", 1, set_field<Field::millisecond, true>},
    {"setUTCMinutes", 3, set_field<Field::minute, true>},
    {"setUTCMonth", 2, set_field<Field::month, true>},
    {"setUTCSeconds", 2, set_field<Field::second, true>},
    {"setYear", 1, set_year},
    {"toDateString", 0, to_text<Form::date>},
    {"toGMTString", 0, to_text<Form::utc>},
    {"toISOString", 0, to_iso_string},
    {"toJSON", 1, to_json},
    {"toLocaleDateString", 0, to_text<Form::locale_date>},
    {"toLocaleString", 0, to_text<Form::locale>},
    {"toLocaleTimeString", 0, to_text<Form::locale_time>},
    {"toString", 0, to_text<Form::full>},
    {"toTimeString", 0, to_text<Form::time>},
    {"toUTCString", 0, to_text<Form::utc>},
    {"valueOf", 0, get_time},
    {"@@toPrimitive", 1, to_primitive},
};
constexpr FunctionDefinition statics[] = {
    {"UTC", 7, date_utc},
    {"now", 0, date_now},
    {"parse", 1, date_parse},
};
constexpr ClassDefinition date_class{.name = "Date",
                                     .length = 7,
                                     .construct = date_construct,
                                     .call = date_call,
                                     .methods = methods,
                                     .statics = statics};

}  // namespace

void install_date(State& state) {
    // The engine's own prototype object, by which ToPrimitive and others know dates.
    state.raw()->Date_prototype->type = JS_COBJECT;
    state.global().define("Date",
                          state.define_class(date_class, to_value(state, object_value(state.raw()->Date_prototype))));
}

}  // namespace k6::js
