//! Python source as the compiler sees it, without an interpreter: functions
//! of a snippet become [`JitFunction`]s, names mean the library objects that
//! compiled code may use.

use rustpython_compiler::{CompileOpts, Mode, compile};
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use taipan_jit::bytecode::Code;
use taipan_jit::hir::types::DType;
use taipan_jit::hir::value::{CompileOptions, ConstValue, Global, JitFunction, Outside};

/// A snippet: its module code and its top-level functions by name.
pub struct Program {
    pub module: Arc<Code>,
    functions: HashMap<String, Arc<Function>>,
    number: u64,
}

struct Function {
    name: String,
    id: u64,
    code: Arc<Code>,
    options: CompileOptions,
    program: Weak<Program>,
}

/// Compiles a snippet. Lines count from 1.
///
/// # Panics
/// The snippet is not Python, or its bytecode cannot be decoded.
pub fn program(source: &str, options: CompileOptions) -> Arc<Program> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1 << 20);
    let object = compile(source, Mode::Exec, "snippet.py", CompileOpts::default()).expect("a snippet that parses");
    let module = Arc::new(Code::from_object(&object).expect("bytecode that decodes"));
    let number = NEXT.fetch_add(1 << 10, Ordering::Relaxed);
    Arc::new_cyclic(|program: &Weak<Program>| {
        let codes = module.consts.iter().filter_map(|c| if let ConstValue::Code(c) = c { Some(c.clone()) } else { None });
        let functions = codes.enumerate().map(|(n, code)| {
            let name = code.name.to_string();
            let f = Function { name: name.clone(), id: number + n as u64, code, options, program: program.clone() };
            (name, Arc::new(f))
        });
        Program { functions: functions.collect(), module: module.clone(), number }
    })
}

impl Program {
    /// A function of the snippet.
    ///
    /// # Panics
    /// There is none with this name.
    pub fn function(&self, name: &str) -> Arc<dyn JitFunction> {
        self.functions.get(name).unwrap_or_else(|| panic!("no function {name}")).clone()
    }
    /// Unique number of the snippet.
    pub fn number(&self) -> u64 {
        self.number
    }
}

const BUILTINS: &[&str] = &[
    "abs", "bool", "complex", "divmod", "enumerate", "float", "int", "isinstance", "iter", "len", "max", "min", "next", "pow",
    "print", "range", "reversed", "round", "sum", "tuple", "zip", "str", "list", "hash", "sorted",
];
const EXCEPTIONS: &[&str] = &[
    "AssertionError", "Exception", "IndexError", "KeyError", "NotImplementedError", "OverflowError", "RuntimeError",
    "TypeError", "ValueError", "ZeroDivisionError",
];

fn global(g: Global) -> Option<ConstValue> {
    Some(ConstValue::Global(Arc::new(g)))
}

impl Outside for Program {
    fn global(&self, name: &str) -> Option<ConstValue> {
        if let Some(f) = self.functions.get(name) {
            return global(Global::Function(f.clone()));
        }
        match name {
            "np" => return global(Global::Module("numpy".into())),
            "math" => return global(Global::Module("math".into())),
            "numba" => return global(Global::Module("numba".into())),
            "prange" => return global(Global::Library("numba.prange".into())),
            "LIMIT" => return Some(ConstValue::Int(100)),
            "SCALE" => return Some(ConstValue::Float(0.5)),
            _ => {}
        }
        if BUILTINS.contains(&name) {
            return global(Global::Library(format!("builtins.{name}").into()));
        }
        let id = EXCEPTIONS.iter().position(|e| *e == name)? as u64;
        global(Global::ExceptionClass { name: name.into(), id })
    }
    fn free_variable(&self, _: &str) -> Option<ConstValue> {
        None
    }
    fn attribute(&self, object: &Global, name: &str) -> Option<ConstValue> {
        let Global::Module(module) = object else { return None };
        match (&**module, name) {
            ("numpy" | "math", "pi") => Some(ConstValue::Float(std::f64::consts::PI)),
            ("numpy" | "math", "nan") => Some(ConstValue::Float(f64::NAN)),
            ("numpy", "newaxis") => Some(ConstValue::None),
            ("numpy", n) if DType::from_name(n).is_some() => global(Global::DType(DType::from_name(n)?)),
            ("numpy", "bool_") => global(Global::DType(DType::Bool)),
            (m, n) => global(Global::Library(format!("{m}.{n}").into())),
        }
    }
}

impl JitFunction for Function {
    fn id(&self) -> u64 {
        self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn code(&self) -> Arc<Code> {
        self.code.clone()
    }
    fn defaults(&self) -> Vec<ConstValue> {
        vec![]
    }
    fn outside(&self) -> Arc<dyn Outside> {
        self.program.upgrade().expect("the program outlives its functions")
    }
    fn options(&self) -> CompileOptions {
        self.options
    }
}
