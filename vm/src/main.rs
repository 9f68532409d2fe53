use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
fn main() -> std::process::ExitCode {
    let _ = taipan_main();
    std::process::ExitCode::SUCCESS
}
fn taipan_main() -> u32 {
    rustpython::run(InterpreterBuilder::new().init_stdlib());
    0
}
