// forms: bundle path:chai/chai.js
import { expect, assert, should, AssertionError, use } from 'chai';

class Animal { constructor(name) { this.name = name; } get loud() { return this.name.toUpperCase(); } }

export default function run(say) {
  const failing = (name, test) => {
    try {
      test();
      say(name, 'passes');
    } catch (e) {
      say(name, e instanceof AssertionError, e.name, e.message, e.showDiff);
    }
  };
  failing('equal', () => expect(1).to.equal(2));
  failing('deep', () => expect({ a: [1, { b: 2 }] }).to.deep.equal({ a: [1, { b: 3 }] }));
  failing('deep ok', () => expect({ a: [1, new Map([[1, 2]])] }).to.deep.equal({ a: [1, new Map([[1, 2]])] }));
  failing('include', () => expect('foobar').to.include('baz'));
  failing('include deep', () => expect([{ a: 1 }]).to.deep.include({ a: 1 }));
  failing('keys', () => expect({ a: 1, b: 2 }).to.have.all.keys('a', 'c'));
  failing('property', () => expect({ a: { b: [1, 2] } }).to.have.nested.property('a.b[1]', 3));
  failing('length', () => expect([1, 2]).to.have.lengthOf.above(2));
  failing('type', () => expect(new Map()).to.be.a('set'));
  failing('instance', () => expect(new Animal('x')).to.be.an.instanceof(Date));
  failing('throws', () => expect(() => { throw new TypeError('bad thing'); }).to.throw(RangeError, /good/));
  failing('throws ok', () => expect(() => { throw new TypeError('bad thing'); }).to.throw(TypeError, 'bad'));
  failing('within', () => expect(5).to.be.within(6, 7));
  failing('closeTo', () => expect(1.5).to.be.closeTo(1, 0.1));
  failing('match', () => expect('abc').to.match(/^x/));
  failing('members', () => expect([1, 2, 3]).to.have.members([1, 2]));
  failing('members ok', () => expect([1, 2, 3]).to.include.members([3, 1]));
  failing('oneOf', () => expect(4).to.be.oneOf([1, 2, 3]));
  failing('exist', () => expect(null).to.exist);
  failing('empty', () => expect([1]).to.be.empty);
  failing('not', () => expect(true).to.not.be.true);
  failing('misspelt', () => expect(1).to.be.tru);
  failing('message', () => expect(1, 'custom').to.equal(2));
  failing('assert', () => assert.deepEqual([1, 2, { c: null }], [1, 2, { c: undefined }]));
  failing('assert ok', () => assert.strictEqual(NaN, NaN));
  failing('assert plain', () => assert(false, 'plain'));
  failing('inspect', () => expect(new Animal('cat')).to.equal(Symbol.for('z')));
  failing('inspect 2', () => expect([undefined, -0, 'x'.repeat(100), () => 1, new Date(0), /r/g, new Set([1])]).to.equal(1n));
  should();
  failing('should', () => 'text'.should.equal('other'));
  failing('chain', () => expect([1, 2]).to.be.an('array').that.includes(2).and.not.include(1));
  failing('satisfy', () => expect(1).to.satisfy((n) => n > 1));
  failing('change', () => { const o = { n: 1 }; expect(() => { o.n++; }).to.change(o, 'n').by(2); });
  failing('frozen', () => expect({}).to.be.frozen);
  use(({ Assertion }) => Assertion.addMethod('twice', function (n) { this.assert(this._obj === 2 * n, 'expected #{this} to be twice #{exp}', 'no', n); }));
  failing('plugin', () => expect(5).to.be.twice(2));
}
