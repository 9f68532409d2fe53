//! Whole functions through the pipeline: Python source to baseline machine
//! code, called through the uniform entry. `unsafe` room: the calls, with
//! slots as the specialisation lists them.

use taipan_jit::error::CompileError;
use taipan_jit::hir::types::Type;
use taipan_jit::hir::value::CompileOptions;
use taipan_jit::options::{self, JitOptions, TierMode};
use taipan_jit::pipeline::specialise;
use taipan_runtime::trap::{Ctx, STATUS_OK};
use taipan_tests::program::{Program, program};
use std::sync::Arc;

fn snippet(source: &str) -> Arc<Program> {
    options::set(JitOptions { tier: TierMode::Baseline, ..JitOptions::default() });
    program(source, CompileOptions::default())
}

/// Calls `f` and gives the result slots, or the trap's message.
fn call(p: &Program, args: &[(Type, u64)]) -> Result<Vec<u64>, String> {
    let types: Vec<Type> = args.iter().map(|a| a.0.clone()).collect();
    let spec = specialise(&p.function("f"), &types).map_err(|e| e.to_string())?;
    let slots: Vec<u64> = args.iter().map(|a| a.1).collect();
    let mut results = vec![0u64; spec.results.len().max(1)];
    let entry = spec.entry.uniform().expect("compiled code");
    let ctx = Ctx::current();
    // SAFETY: one slot a parameter and a result, as the specialisation says;
    // the context is this thread's.
    let status = unsafe { entry(ctx, slots.as_ptr(), results.as_mut_ptr()) };
    if status != STATUS_OK {
        // SAFETY: this thread's context; compiled code has returned.
        return Err(unsafe { &*ctx }.trap.message());
    }
    Ok(results)
}

fn int(p: &Program, args: &[i64]) -> i64 {
    let args: Vec<(Type, u64)> = args.iter().map(|a| (Type::INT, *a as u64)).collect();
    call(p, &args).expect("no exception")[0] as i64
}

fn float(p: &Program, args: &[f64]) -> f64 {
    let args: Vec<(Type, u64)> = args.iter().map(|a| (Type::FLOAT, a.to_bits())).collect();
    f64::from_bits(call(p, &args).expect("no exception")[0])
}

fn error(source: &str, args: &[Type]) -> CompileError {
    let p = snippet(source);
    specialise(&p.function("f"), args).expect_err("an error")
}

#[test]
fn loops_and_branches() {
    let p = snippet("def f(n):\n    acc = 0\n    for i in range(n):\n        if i % 3 == 0:\n            continue\n        if i > 20:\n            break\n        acc += i * 2\n    else:\n        acc = -acc\n    return acc\n");
    assert_eq!(int(&p, &[10]), -54);
    assert_eq!(int(&p, &[100]), 294);
    let p = snippet("def f(n):\n    k = 0\n    while n != 1:\n        n = n // 2 if n % 2 == 0 else 3 * n + 1\n        k += 1\n    return k\n");
    assert_eq!(int(&p, &[27]), 111);
    let p = snippet("def f(a, b):\n    return 0 if not (1 < a < b <= 10 or a == b) else (1 if a and b else 2)\n");
    assert_eq!(int(&p, &[2, 3]), 1);
    assert_eq!(int(&p, &[2, 11]), 0);
    assert_eq!(int(&p, &[0, 0]), 2);
}

#[test]
fn numbers_widen_as_in_numba() {
    let p = snippet("def f(x):\n    acc = 0\n    for i in range(3):\n        acc = acc + x / 2 ** i\n    return acc\n");
    assert_eq!(float(&p, &[3.0]), 5.25);
    let p = snippet("def f(x):\n    return math.sqrt(x) + SCALE * abs(-x) + min(x, 2)\n");
    assert_eq!(float(&p, &[16.0]), 14.0);
    let p = snippet("def f(a, b):\n    return -a // b * 100 + a % -b\n");
    assert_eq!(int(&p, &[7, 3]), -302);
}

#[test]
fn recursion_alone_and_mutual() {
    let p = snippet("def f(n):\n    if n < 2:\n        return n\n    return f(n - 1) + f(n - 2)\n");
    assert_eq!(int(&p, &[20]), 6765);
    let p = snippet("def odd(n):\n    if n == 0:\n        return False\n    return f(n - 1)\n\ndef f(n):\n    if n == 0:\n        return True\n    return odd(n - 1)\n");
    assert_eq!(int(&p, &[10]), 1);
    assert_eq!(int(&p, &[7]), 0);
    let e = error("def f(n):\n    return f(n - 1)\n", &[Type::INT]);
    assert!(e.message.contains("runaway recursion"), "{e}");
}

#[test]
fn inner_functions_and_calls_with_keywords() {
    let p = snippet("def g(a, b, *rest):\n    return a * 100 + b * 10 + len(rest)\n\ndef f(n):\n    k = n + 1\n    def add(y, z=1):\n        return y * k + z\n    return add(2) + add(z=n, y=3) + g(b=n, a=1) + g(n, 0)\n");
    assert_eq!(int(&p, &[1]), 5 + 7 + 110 + 100);
    let p = snippet("def f(n):\n    a, (b, c) = n, (n + 1, n * n)\n    a, b = b, a\n    t = (a, b, c)\n    return t[0] * 10000 + t[-2] * 100 + t[1:][1]\n");
    assert_eq!(int(&p, &[5]), 60525);
}

#[test]
fn star_arguments_and_starred_tuples() {
    let p = snippet("def g(*args):\n    return args[0] * 10 + args[1]\n\ndef h(*args):\n    return g(*args)\n\ndef f(n):\n    t = (n, n + 1)\n    return g(*t) + g(n, *t) + len((*t, 7)) + h(n, 1)\n");
    assert_eq!(int(&p, &[2]), 23 + 22 + 3 + 21);
}

#[test]
fn exceptions_are_traps() {
    let p = snippet("def f(a, b):\n    if a > 5:\n        x = 1\n    return a // b + x\n");
    let zero = call(&p, &[(Type::INT, 1), (Type::INT, 0)]).expect_err("zero");
    assert!(zero.contains("by zero"), "{zero}");
    let unbound = call(&p, &[(Type::INT, 1), (Type::INT, 2)]).expect_err("unbound");
    assert!(unbound.contains("'x'"), "{unbound}");
    assert_eq!(int(&p, &[8, 2]), 5);
}

#[test]
fn typing_errors_say_where() {
    let e = error("def f(n):\n    x = 1\n    return x + 'a'\n", &[Type::INT]);
    assert_eq!(e.line, 3);
    assert!(e.message.starts_with("No implementation of function Function(<built-in function add>)"), "{e}");
    let e = error("def f(n):\n    try:\n        n += 1\n    except ValueError:\n        pass\n    return n\n", &[Type::INT]);
    assert_eq!((e.line, e.message.contains("`except`")), (4, true));
    let e = error("def f(n):\n    return {n}\n", &[Type::INT]);
    assert!(e.message.contains("sets"), "{e}");
}

#[test]
fn none_and_optional() {
    let p = snippet("def f(n):\n    best = None\n    for i in range(n):\n        if best is None or i * 3 % 7 > best:\n            best = i * 3 % 7\n    return -1 if best is None else best\n");
    // `best` is optional wherever it is returned: a flag, then the value.
    assert_eq!(call(&p, &[(Type::INT, 0)]).expect("no exception"), [1, -1i64 as u64]);
    assert_eq!(call(&p, &[(Type::INT, 3)]).expect("no exception"), [1, 6]);
}
