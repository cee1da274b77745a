"""One file for each operation; `contract.all_operations` finds them."""
