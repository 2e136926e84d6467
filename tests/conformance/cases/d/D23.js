// D23 what k6/execution shows is read-only
const e = throws(() => { exec.vu.idInTest = 5; });
equal(e instanceof TypeError, true);
equal(exec.vu === exec.vu, false);
equal(exec.vu.idInTest, 1);
equal(exec.vu.idInInstance, 1);
equal(exec.vu.iterationInInstance, 0);
equal(exec.vu.iterationInScenario, 0);
equal(exec.scenario.name, 'default');
equal(exec.scenario.executor, 'per-vu-iterations');
equal(exec.scenario.iterationInTest, 0);
ok(exec.scenario.startTime > 1500000000000);
ok(exec.scenario.progress >= 0 && exec.scenario.progress <= 1);
equal(exec.instance.vusInitialized, 1);
equal(exec.instance.vusActive, 1);
equal(exec.instance.iterationsCompleted, 0);
equal(exec.instance.iterationsInterrupted, 0);
ok(exec.instance.currentTestRunDuration >= 0);
