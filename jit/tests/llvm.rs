//! The LLVM back end against plain Rust: kernels, traps, calls, stack limit,
//! polls, on-stack replacement, and the tier controller around it.
//!
//! Contract of the unsafe calls: entries are called by the convention they were
//! compiled for, with the slots their text declares, this thread's context and
//! arrays as long as the sizes passed with them.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use taipan_jit::lir::reader::read_module;
use taipan_jit::lir::{FuncId, ImportData, Module, Signature, Ty};
use taipan_jit::llvm::{Code, Engine, Request};
use taipan_jit::unit::{EntryCell, NativeEntry};
use taipan_jit::{osr, queue, tier};
use taipan_runtime::trap::{Ctx, STATUS_EXIT, STATUS_OK, STATUS_TRAP, TrapKind, poll};

fn kernel(name: &str) -> Arc<Module> {
    let path = format!("{}/../tests/ir/kernels/{name}.lir", env!("CARGO_MANIFEST_DIR"));
    Arc::new(read_module(&std::fs::read_to_string(path).unwrap()).unwrap())
}

fn module(text: &str) -> Arc<Module> {
    Arc::new(read_module(text).unwrap())
}

fn compile(m: &Arc<Module>, f: FuncId, uniform: bool) -> Code {
    let mut engine = Engine::new().unwrap();
    engine.verify = true;
    engine.compile(&Request { name: "test".into(), module: m.clone(), function: f, uniform }).unwrap()
}

/// Compiles a unit; the closure runs it: arguments to status and results.
fn engine(m: &Arc<Module>) -> impl Fn(&[u64]) -> (i32, [u64; 4]) + use<> {
    let code = compile(m, FuncId(0), true);
    // SAFETY: made as a uniform entry.
    let entry: NativeEntry = unsafe { std::mem::transmute(code.uniform.unwrap()) };
    move |args| {
        let mut results = [0; 4];
        // SAFETY: callers pass what the unit's text declares.
        let status = unsafe { entry(Ctx::current(), args.as_ptr(), results.as_mut_ptr()) };
        (status, results)
    }
}

fn trap() -> (TrapKind, u32, [u64; 4]) {
    // SAFETY: this thread's context.
    let t = unsafe { (*Ctx::current()).trap };
    (t.kind, t.site, t.args)
}

fn numbers(n: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 37) % 101) as f64 * 0.125).collect()
}

fn address(v: &mut [f64]) -> u64 {
    v.as_mut_ptr() as u64
}

#[test]
fn reductions() {
    let run = engine(&kernel("sum_sqrt"));
    for n in [0, 1, 8191, 8192, 20_000] {
        let expected: f64 = (0..n).map(|i| (i as f64).sqrt()).sum();
        let (status, r) = run(&[n as u64]);
        // Strict order: same bits.
        assert_eq!((status, f64::from_bits(r[0])), (STATUS_OK, expected));
    }
    let run = engine(&kernel("sum_and"));
    assert_eq!(run(&[1000, 5]), (STATUS_OK, [5 + (0..1000).map(|i| i & 7).sum::<u64>(), 0, 0, 0]));
    // Overflow leaves through exit 0 with the state before the addition.
    assert_eq!(run(&[1000, i64::MAX as u64 - 3]), (STATUS_EXIT, [3, i64::MAX as u64, 0, 0]));
}

#[test]
fn array_kernels() {
    let n = 33;
    let (mut a, mut b, mut c) = (numbers(n * n), numbers(n * n + 5), vec![0.0; n * n]);
    let status = engine(&kernel("matmul"))(&[address(&mut a), address(&mut b), address(&mut c), n as u64]).0;
    assert_eq!(status, STATUS_OK);
    for i in 0..n {
        for j in 0..n {
            let expected = (0..n).fold(0.0, |s, k| s + a[i * n + k] * b[k * n + j]);
            assert_eq!(c[i * n + j], expected);
        }
    }
    let status = engine(&kernel("stencil"))(&[address(&mut a), address(&mut c), n as u64]).0;
    assert_eq!(status, STATUS_OK);
    for i in 1..n - 1 {
        for j in 1..n - 1 {
            let p = i * n + j;
            assert_eq!(c[p], (a[p - n] + a[p + n] + a[p - 1] + a[p + 1]) * 0.25);
        }
    }
    let run = engine(&kernel("sqrt_add"));
    let m = (n * n) as u64;
    assert_eq!(run(&[address(&mut a), address(&mut b), address(&mut c), m, m]).0, STATUS_OK);
    for p in 0..n * n {
        assert_eq!(c[p], (a[p] + b[p]).sqrt());
    }
    assert_eq!(run(&[address(&mut a), address(&mut b), address(&mut c), m, m - 1]).0, STATUS_TRAP);
    assert_eq!(trap(), (TrapKind::Index, 2, [m - 1, 0, m - 1, 0]));
}

#[test]
fn vector_math_stays_within_its_bound() {
    let n = 1000;
    let (mut x, mut y, mut z) = (numbers(n), numbers(n), vec![0.0; n]);
    assert_eq!(engine(&kernel("sin_exp"))(&[address(&mut x), address(&mut y), address(&mut z), n as u64]).0, STATUS_OK);
    for p in 0..n {
        let expected = x[p].sin() * y[p].exp();
        assert!((z[p] - expected).abs() <= 12.0 * f64::EPSILON * y[p].exp(), "{} {}", z[p], expected);
    }
}

#[test]
fn a_poll_leaves_on_an_interrupt() {
    let run = engine(&kernel("sum_sqrt"));
    // SAFETY: this thread's context.
    let word = unsafe { &(*Ctx::current()).poll };
    word.store(poll::INTERRUPT, Ordering::Release);
    assert_eq!(run(&[1_000_000]).0, STATUS_TRAP);
    assert_eq!((trap().0, trap().1), (TrapKind::Interrupt, 1));
    assert_eq!(word.load(Ordering::Acquire), 0);
    assert_eq!(run(&[1_000_000]).0, STATUS_OK);
}

const FACTORIAL: &str = "\
fn0 @factorial(i64) -> i64 {
bb0(v0: i64):
  v1 = iconst.i64 1
  v2 = icmp.i64 slt v0, v1
  brif v2, bb1, bb2
bb1:
  ret v1
bb2:
  v3 = isub.i64 v0, v1
  v4, v5 = call fn0(v3) !7
  v6 = iconst.i32 0
  v7 = icmp.i32 ne v4, v6
  brif v7, bb3, bb4
bb3 cold:
  unwind !8
bb4:
  v8 = imul.i64 v5, v0
  ret v8
}
";

#[test]
fn deep_recursion_raises() {
    let run = engine(&module(FACTORIAL));
    assert_eq!(run(&[10]), (STATUS_OK, [3_628_800, 0, 0, 0]));
    // Stands for a stack that is nearly full.
    let ctx = Ctx::current();
    let here = std::ptr::from_ref(&run) as usize;
    // SAFETY: this thread's context; the true limit is put back.
    unsafe {
        let floor = (*ctx).set_stack_floor(here - 64 * 1024);
        assert_eq!(run(&[1_000_000]).0, STATUS_TRAP);
        assert_eq!(trap().0, TrapKind::Recursion);
        assert!((*ctx).trace.len() >= 100 && (*ctx).trace.iter().all(|s| *s == 8));
        (*ctx).set_stack_floor(floor);
    }
}

fn caller(callee: Option<Arc<Module>>, entry: Arc<EntryCell>) -> Arc<Module> {
    let text = "\
import0 @square(f64, i1) -> (f64, i1)

fn0 @sum_of_squares(i64) -> (f64, i1) {
bb0(v0: i64):
  v1 = iconst.i64 0
  v2 = iconst.i64 1
  v3 = fconst.f64 0.0
  v20 = iconst.i1 1
  jump bb1(v1, v3, v20)
bb1(v4: i64, v5: f64, v21: i1):
  v6 = icmp.i64 slt v4, v0
  brif v6, bb2, bb4
bb2:
  v7 = sitofp.f64 v4
  v8, v9, v22 = call import0(v7, v21) !3
  v10 = iconst.i32 0
  v11 = icmp.i32 ne v8, v10
  brif v11, bb3, bb5
bb3 cold:
  unwind !4
bb4:
  ret v5, v21
bb5:
  v12 = fadd.f64 v5, v9
  v13 = iadd.i64 v4, v2
  jump bb1(v13, v12, v22)
}
";
    let mut m = read_module(text).unwrap();
    let cell = OnceLock::new();
    if let Some(c) = callee {
        cell.set(c).unwrap();
    }
    let sig = Signature { params: vec![Ty::F64, Ty::I1], results: vec![Ty::F64, Ty::I1] };
    m.imports = vec![ImportData { name: "square".into(), sig, entry, module: Arc::new(cell) }];
    Arc::new(m)
}

const SQUARE: &str = "\
fn0 @square(f64, i1) -> (f64, i1) {
bb0(v0: f64, v1: i1):
  v2 = fconst.f64 4.5
  v3 = fcmp.f64 ogt v0, v2
  brif v3, bb1, bb2
bb1 cold:
  trap math_range !9
bb2:
  v4 = fmul.f64 v0, v0
  v5 = iconst.i1 1
  v6 = xor.i1 v1, v5
  ret v4, v6
}
";

#[test]
fn calls_of_other_units_inlined_and_through_the_cell() {
    let square = module(SQUARE);
    let code = compile(&square, FuncId(0), true);
    let entry = Arc::new(EntryCell::default());
    entry.direct.store(code.direct.cast_mut(), Ordering::Release);
    for callee in [None, Some(square)] {
        let run = engine(&caller(callee, entry.clone()));
        let (status, r) = run(&[4]);
        assert_eq!((status, f64::from_bits(r[0]), r[1]), (STATUS_OK, 14.0, 1));
        assert_eq!(run(&[3]).1[1], 0);
        assert_eq!(run(&[6]).0, STATUS_TRAP);
        assert_eq!((trap().0, trap().1), (TrapKind::MathRange, 9));
        // SAFETY: this thread's context.
        assert_eq!(unsafe { &(*Ctx::current()).trace }[..], [4]);
    }
}

#[test]
fn conversions_and_shifts_have_no_undefined_corner() {
    let m = module(
        "\
fn0 @corners(f64, i64) -> (i64, i64, i64, i1) {
bb0(v0: f64, v1: i64):
  v2 = fptosi.i64 v0
  v3 = iconst.i64 1
  v4 = shl.i64 v3, v1
  v5 = iconst.i64 -8
  v6 = ashr.i64 v5, v1
  v7 = fcmp.f64 nolt v0, v0
  ret v2, v4, v6, v7
}
",
    );
    let run = engine(&m);
    assert_eq!(run(&[(-3.7f64).to_bits(), 65]), (STATUS_OK, [-3i64 as u64, 2, -4i64 as u64, 1]));
    for odd in [f64::NAN, f64::INFINITY, 1e300] {
        let (status, r) = run(&[odd.to_bits(), 64]);
        assert_eq!((status, r[1], r[2], r[3]), (STATUS_OK, 1, -8i64 as u64, 1));
    }
}

#[test]
fn outlined_bodies_have_the_raw_abi() {
    type Body = unsafe extern "C" fn(*mut Ctx, i64, i64, i64, *mut f64, *mut u64) -> i32;
    let m = module(
        "\
fn0 @outer(ptr) {
bb0(v0: ptr):
  v1 = func_addr fn1
  store.ptr v0, v1
  ret
}

fn1 @body(i64, i64, i64, ptr) {
bb0(v0: i64, v1: i64, v2: i64, v3: ptr):
  v4 = iconst.i64 1
  jump bb1(v0)
bb1(v5: i64):
  poll 0 !5
  v6 = icmp.i64 slt v5, v1
  brif v6, bb2, bb3
bb2:
  v7 = ptr_index v3, v5 * 8
  v8 = sitofp.f64 v5
  store.f64 v7, v8
  v9 = iadd.i64 v5, v4
  jump bb1(v9)
bb3:
  ret
}
",
    );
    let mut body: Option<Body> = None;
    assert_eq!(engine(&m)(&[&raw mut body as u64]).0, STATUS_OK);
    let mut out = [0.0; 8];
    // SAFETY: the scheduler's way of calling, with memory for the range.
    assert_eq!(unsafe { body.unwrap()(Ctx::current(), 2, 6, 0, out.as_mut_ptr(), std::ptr::null_mut()) }, STATUS_OK);
    assert_eq!(out, [0.0, 0.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0]);
}

/// Enters a loop with the state `state` gives by value number.
fn enter(m: &Arc<Module>, number: u32, state: &HashMap<u32, u64>, results: &mut [u64]) -> i32 {
    let (with_entry, f) = tier::osr_module(m, FuncId(0), number).unwrap();
    let code = compile(&Arc::new(with_entry), f, false);
    let (header, _) = osr::find_poll(&m.funcs[0], number).unwrap();
    let live: Vec<u64> = osr::live_values(&m.funcs[0], header).iter().map(|v| state[&v.0]).collect();
    // SAFETY: the physical form of a function of one pointer.
    let entry: unsafe extern "C" fn(*mut Ctx, *const u64, *mut u64) -> i32 = unsafe { std::mem::transmute(code.direct) };
    // SAFETY: as above.
    unsafe { entry(Ctx::current(), live.as_ptr(), results.as_mut_ptr()) }
}

#[test]
fn matmul_goes_on_in_the_middle() {
    let n = 9;
    let (mut a, mut b) = (numbers(n * n), numbers(n * n + 1));
    let m = kernel("matmul");
    for (number, i, j) in [(0u32, 4usize, 0usize), (1, 4, 5), (1, 8, 8), (0, 9, 0)] {
        let mut c = vec![-1.0; n * n];
        let row = (i * n * 8) as u64;
        let (pa, pb, pc) = (address(&mut a), address(&mut b), address(&mut c));
        let state: HashMap<u32, u64> = [
            (0, pa), (1, pb), (2, pc), (3, n as u64), (4, 0), (5, 1), (6, 0), (7, 8), (8, 8 * n as u64),
            (9, i as u64), (10, 1), (11, row), (12, pa + row), (13, pc + row), (14, j as u64),
        ]
        .into();
        assert_eq!(enter(&m, number, &state, &mut []), STATUS_OK);
        for (p, got) in c.iter().enumerate().take(n * n) {
            let (y, x) = (p / n, p % n);
            let expected = if p < i * n + j { -1.0 } else { (0..n).fold(0.0, |s, k| s + a[y * n + k] * b[k * n + x]) };
            assert_eq!(*got, expected, "loop {number} at {i}, {j}: element {y}, {x}");
        }
    }
}

/// Stands for baseline code of `sum_sqrt`: polls at each strip of 10.
unsafe extern "C" fn slow_sum(ctx: *mut Ctx, args: *const u64, results: *mut u64) -> i32 {
    let module = kernel("sum_sqrt");
    let (header, _) = osr::find_poll(&module.funcs[0], 0).unwrap();
    let order = osr::live_values(&module.funcs[0], header);
    let unit = SLOW.get().unwrap();
    // SAFETY: called by the test with one argument and one result.
    let n = unsafe { *args };
    let (mut i, mut s) = (0u64, 0.0f64);
    while i < n {
        if unit.entry.osr_ready.load(Ordering::Acquire) != 0 {
            let state: HashMap<u32, u64> = [(0, n), (1, 0), (2, 0), (3, 8192), (4, 1), (5, i), (6, s.to_bits())].into();
            let mut live: Vec<u64> = order.iter().map(|v| state[&v.0]).collect();
            // SAFETY: the live values of the loop in their order.
            let status = unsafe { tier::taipan_poll(ctx, unit.id, 0, 0, live.as_mut_ptr(), results) };
            if status >= 0 {
                return status as i32;
            }
        }
        for k in i..n.min(i + 10) {
            s += (k as f64).sqrt();
        }
        i = n.min(i + 10);
        std::thread::sleep(std::time::Duration::from_micros(100));
    }
    // SAFETY: as above.
    unsafe { *results = s.to_bits() };
    STATUS_OK
}

static SLOW: OnceLock<Arc<tier::Unit>> = OnceLock::new();

#[test]
fn a_running_call_changes_over_and_later_calls_start_optimised() {
    let cell = Arc::new(EntryCell::default());
    cell.uniform.store(slow_sum as *mut u8, Ordering::Release);
    let baseline = cell.uniform().unwrap();
    let unit = tier::publish(tier::reserve(), "sum_sqrt", kernel("sum_sqrt"), cell.clone());
    assert!(SLOW.set(unit.clone()).is_ok());
    let n = 200_000_000u64;
    let mut result = 0u64;
    let start = std::time::Instant::now();
    // SAFETY: one argument, one result.
    assert_eq!(unsafe { baseline(Ctx::current(), &n, &mut result) }, STATUS_OK);
    // In the slow code alone this would take most of an hour.
    assert!(start.elapsed().as_secs() < 100);
    let s = f64::from_bits(result);
    assert!((s / (2.0 / 3.0 * (n as f64).powf(1.5)) - 1.0).abs() < 1e-6, "{s}");
    queue::wait_idle();
    assert_ne!(cell.uniform.load(Ordering::Acquire), slow_sum as *mut u8);
    let few = 100u64;
    // SAFETY: as above.
    assert_eq!(unsafe { cell.uniform().unwrap()(Ctx::current(), &few, &mut result) }, STATUS_OK);
    assert_eq!(f64::from_bits(result), (0..few).map(|i| (i as f64).sqrt()).sum::<f64>());
    let report = taipan_jit::stats::report();
    assert!(report.contains("osr 0.0") && report.contains("entered in the middle of a loop 1 times"), "{report}");
}

#[test]
fn errors_come_back_as_values() {
    // A value used where its definition does not reach.
    let m = module(
        "\
fn0 @broken(i64) -> i64 {
bb0(v0: i64):
  v1 = iadd.i64 v0, v2
  v2 = iadd.i64 v0, v0
  ret v1
}
",
    );
    let e = Engine::new().unwrap().compile(&Request { name: "broken".into(), module: m, function: FuncId(0), uniform: true }).unwrap_err();
    assert!(e.to_string().contains("v2 is used before its definition"), "{e}");
}

#[test]
fn baseline_code_changes_over() {
    let module = kernel("sum_and");
    let (id, cell) = (tier::reserve(), Arc::new(EntryCell::default()));
    let code = taipan_jit::baseline::compile(&module, id, &cell).unwrap();
    code.install(&cell);
    let slow = cell.uniform().unwrap();
    tier::publish(id, "sum_and, baseline", module, cell);
    let n = 1_000_000_000u64;
    let mut r = [0u64; 2];
    // SAFETY: two arguments; one result, two for the exit.
    assert_eq!(unsafe { slow(Ctx::current(), [n, 0].as_ptr(), r.as_mut_ptr()) }, STATUS_OK);
    assert_eq!(r[0], n / 8 * 28);
    let units = taipan_jit::stats::snapshot();
    let stats = &units.iter().find(|u| u.0 == id).unwrap().1;
    assert_eq!(stats.entered, 1, "{stats:?}");
    assert!(stats.compiled.iter().any(|c| c.tier == "llvm") && stats.compiled.iter().any(|c| c.tier == "osr 0.0"), "{stats:?}");
}
