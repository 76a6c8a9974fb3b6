//! The page.
mod page;

fn main() {
    println!("{:?}", page::asset("/").map(|asset| asset.encoded("").0.len()));
    println!("{}", page::is_embedded());
}
