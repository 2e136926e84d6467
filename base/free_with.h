// Owners of what C libraries allocate: a deleter made from the library's function.
//
//   using KeyPointer = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
#pragma once

namespace k6 {

template <auto Function>
struct FreeWith {
    template <class T>
    void operator()(T* object) const {
        Function(object);
    }
};

}  // namespace k6
