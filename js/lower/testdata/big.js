//// comments and odd spacing
/* a */ const /* b */ a = /* c
d */ 1 // e
print(a) /* g */
//> 1
