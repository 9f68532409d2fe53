//! What happens before the program, and what is put off until it asks.

pub mod deferred;
pub mod late;
pub mod native;
pub mod site;
pub mod site_builtins;
