// F58 expectedStatuses refuses
throws(() => http.expectedStatuses(), 'no arguments');
throws(() => http.expectedStatuses('200'), 'argument number 1');
throws(() => http.expectedStatuses(200, { min: 1 }), 'both min and max need to be integers');
throws(() => http.expectedStatuses({ min: '1', max: 2 }), 'both min and max need to be integers');
throws(() => http.setResponseCallback(5), 'unsupported argument, expected http.expectedStatuses');
matches(http.get(B + '/get', { responseCallback: 5 }).error, 'unsupported responseCallback');
