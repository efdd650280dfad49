"""Staff: who may sign in at the desk, what each may do there, and what each has done."""
