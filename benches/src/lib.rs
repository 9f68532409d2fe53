//! Benchmarks: `benches/` holds the criterion ones, `compare/` the side-by-side
//! comparison with CPython and Numba. Here is what the criterion ones share:
//! the LIR kernels of `tests/ir/kernels` and machine code made of LIR.
//!
//! `unsafe` room: [`Code::call`] passes the argument slots on to machine code.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use taipan_jit::baseline::{self, CompiledCode};
use taipan_jit::lir::{FuncId, Module, passes, reader::read_module};
use taipan_jit::llvm::{Engine, Request};
use taipan_jit::unit::EntryCell;
use taipan_runtime::trap::{Ctx, STATUS_OK};

/// The text of kernel `name`.
pub fn kernel_text(name: &str) -> String {
    let path = format!("{}/../tests/ir/kernels/{name}.lir", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("kernel")
}

/// Every kernel's name.
pub fn kernel_names() -> Vec<String> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/ir/kernels");
    let paths = std::fs::read_dir(dir).expect("kernel folder").map(|e| e.expect("entry").path());
    let mut names: Vec<_> = paths.map(|p| p.file_stem().expect("name").to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// LIR as it comes from lowering.
pub fn parse(text: &str) -> Module {
    read_module(text).expect("LIR")
}

/// LIR as the back ends get it.
pub fn finished(text: &str) -> Arc<Module> {
    let mut module = parse(text);
    passes::finish(&mut module);
    Arc::new(module)
}

/// Machine code of one module.
pub struct Code {
    cell: Box<EntryCell>,
    /// Baseline code is freed with this.
    _owner: Option<CompiledCode>,
}

impl Code {
    /// From the baseline back end.
    pub fn baseline(module: &Module) -> Code {
        let cell = Box::new(EntryCell::default());
        let code = baseline::compile(module, 0, &cell).expect("code");
        code.install(&cell);
        Code { cell, _owner: Some(code) }
    }

    /// From the LLVM back end.
    pub fn llvm(module: &Arc<Module>, engine: &mut Engine) -> Code {
        let request = Request { name: "bench".into(), module: module.clone(), function: FuncId(0), uniform: true };
        let code = engine.compile(&request).expect("code");
        let cell = Box::new(EntryCell::default());
        cell.uniform.store(code.uniform.expect("an entry").cast_mut(), Ordering::Release);
        Code { cell, _owner: None }
    }

    /// Calls the code with argument slots; gives the first result slot.
    ///
    /// # Safety
    /// The slots are what function 0 of the module takes, and memory that it
    /// reads and writes through them is there.
    pub unsafe fn call(&self, args: &[u64]) -> u64 {
        let mut results = [0u64; 4];
        let entry = self.cell.uniform().expect("an entry");
        // SAFETY: contract of this function; the context is this thread's.
        let status = unsafe { entry(Ctx::current(), args.as_ptr(), results.as_mut_ptr()) };
        assert_eq!(status, STATUS_OK, "the kernel ends well");
        results[0]
    }
}
