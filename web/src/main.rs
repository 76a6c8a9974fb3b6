//! The page and its worker: one program for both.

fn main() {
    grainscope_web::run();
}
